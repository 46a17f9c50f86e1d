//! How a PostgreSQL database stands, by what its server counts. psql asks; nothing is changed, and no query may take long.

use caretaker_backup::write::Cancel;
use caretaker_core::database::{
    PostgresFacts, PostgresIndex, PostgresLook, PostgresOrder, PostgresTable, SlowQuery, Statements, UselessBecause,
};
use caretaker_core::problem::{Code, Problem};
use serde_json::Value;

use super::address::Address;
use super::programs::{Programs, psql};

/// Each answer is a line of JSON that begins with what it is about.
const QUESTION: &str = r"
SET statement_timeout = '10s';
SET lock_timeout = '200ms';
SET default_transaction_read_only = on;
SET search_path = pg_catalog;
SELECT json_build_array('size', pg_database_size(current_database()));
SELECT json_build_array('connections', count(*) FILTER (WHERE pid <> pg_backend_pid()),
    current_setting('max_connections')::bigint,
    count(*) FILTER (WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '5 minutes'))
  FROM pg_stat_activity WHERE backend_type = 'client backend';
SELECT json_build_array('age', age(datfrozenxid), current_setting('autovacuum_freeze_max_age')::bigint)
  FROM pg_database WHERE datname = current_database();
SELECT json_build_array('counted', floor(extract(epoch FROM now() - coalesce(stats_reset, pg_postmaster_start_time())) / 86400))
  FROM pg_stat_database WHERE datname = current_database();
SELECT json_build_array('table', schemaname || '.' || relname, n_live_tup, n_dead_tup,
    floor(extract(epoch FROM now() - greatest(last_vacuum, last_autovacuum)) / 86400))
  FROM pg_stat_user_tables WHERE n_dead_tup > 0 ORDER BY n_dead_tup DESC LIMIT 20;
SELECT json_build_array('unused', s.schemaname || '.' || s.indexrelname, s.schemaname || '.' || s.relname,
    pg_relation_size(s.indexrelid))
  FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
  WHERE s.idx_scan = 0 AND NOT i.indisunique AND i.indisvalid
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = s.indexrelid)
  ORDER BY pg_relation_size(s.indexrelid) DESC LIMIT 20;
SELECT DISTINCT ON (a.indexrelid) json_build_array('covered', n.nspname || '.' || ac.relname, n.nspname || '.' || t.relname,
    pg_relation_size(a.indexrelid), bc.relname)::text
  FROM pg_index a JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
  JOIN pg_class ac ON ac.oid = a.indexrelid JOIN pg_class bc ON bc.oid = b.indexrelid
  JOIN pg_class t ON t.oid = a.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_am m ON m.oid = ac.relam AND m.amname = 'btree'
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
    AND bc.relam = ac.relam AND NOT a.indisunique AND a.indisvalid AND b.indisvalid
    AND a.indexprs IS NULL AND b.indexprs IS NULL AND a.indpred::text IS NOT DISTINCT FROM b.indpred::text
    AND a.indnatts = a.indnkeyatts AND b.indnatts = b.indnkeyatts
    AND (b.indkey::text || ' ') LIKE (a.indkey::text || ' %')
    AND (b.indclass::text || ' ') LIKE (a.indclass::text || ' %')
    AND (b.indcollation::text || ' ') LIKE (a.indcollation::text || ' %')
    AND (b.indoption::text || ' ') LIKE (a.indoption::text || ' %')
    AND (b.indnkeyatts > a.indnkeyatts OR b.indisunique OR b.indexrelid < a.indexrelid)
  ORDER BY a.indexrelid, b.indexrelid LIMIT 20;
SELECT count(*) > 0 AS has_statements, coalesce(max(quote_ident(n.nspname)), '') AS place
  FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements' \gset
\if :has_statements
SELECT json_build_array('statement', left(regexp_replace(query, '\s+', ' ', 'g'), 200), calls, mean_exec_time)
  FROM :place.pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND calls >= 3
  ORDER BY mean_exec_time DESC LIMIT 10;
\if :ERROR
SELECT json_build_array('no statements', :'LAST_ERROR_MESSAGE');
\else
SELECT json_build_array('statements');
\endif
\else
SELECT json_build_array('no statements', 'the extension pg_stat_statements is not installed in this database');
\endif
";

/// Looks at each of them.
pub(crate) fn care(
    order: &PostgresOrder,
    step: &dyn Fn(String),
    cancel: &Cancel,
) -> Result<Vec<PostgresLook>, Problem> {
    let programs = Programs::find(cancel)?;
    let mut looks = Vec::new();
    for text in &order.addresses {
        let address = match Address::parse(text, &|name| std::env::var(name).ok()) {
            Ok(address) => address,
            Err(why) => {
                looks.push(PostgresLook { database: "PostgreSQL".to_owned(), facts: None, why });
                continue;
            }
        };
        step(format!("asking {}", address.database));
        let said = programs.run("psql", Some(&address), |mut line| {
            line.arguments = psql(address.text());
            line.input = QUESTION.as_bytes().to_vec();
            line.within(order.limit)
        });
        let database = address.database.clone();
        looks.push(match said {
            Ok(result) if result.output.contains('[') => {
                PostgresLook { database, facts: Some(facts(&result.output)), why: String::new() }
            }
            Ok(result) => PostgresLook { database, facts: None, why: result.complaint() },
            Err(problem) if problem.code == Code::Interrupted => return Err(problem),
            Err(problem) => PostgresLook { database, facts: None, why: problem.message },
        });
    }
    Ok(looks)
}

/// What the lines say. Lines that are none of ours are passed over.
fn facts(output: &str) -> PostgresFacts {
    let mut facts = PostgresFacts::default();
    let mut queries = Vec::new();
    let mut heard: Vec<String> = Vec::new();
    let mut has_statements = false;
    for line in output.lines().filter(|line| line.starts_with('[')) {
        let Ok(values) = serde_json::from_str::<Vec<Value>>(line) else { continue };
        let text = |at: usize| values.get(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |at: usize| values.get(at).and_then(Value::as_f64).map(|value| value.max(0.0) as u64);
        let whole = |at: usize| number(at).unwrap_or(0);
        let about = text(0);
        match about.as_str() {
            "size" => facts.bytes = whole(1),
            "connections" => {
                (facts.connections, facts.most_connections, facts.idle_in_transaction) = (whole(1), whole(2), whole(3));
            }
            "age" => (facts.age, facts.freeze_age) = (whole(1), whole(2)),
            "counted" => facts.counted_days = whole(1),
            "table" => facts.tables.push(PostgresTable {
                name: text(1),
                live: whole(2),
                dead: whole(3),
                vacuumed_days: number(4),
            }),
            "unused" | "covered" => {
                let because = if about == "unused" { UselessBecause::Unused } else { UselessBecause::Covered(text(4)) };
                facts.indexes.push(PostgresIndex { name: text(1), table: text(2), bytes: whole(3), because });
            }
            "statement" => {
                let mean_ms = values.get(3).and_then(Value::as_f64).unwrap_or(0.0);
                queries.push(SlowQuery { text: text(1), calls: whole(2), mean_ms });
            }
            "statements" => has_statements = true,
            "no statements" => facts.statements = Statements::NotAvailable(text(1)),
            _ => {}
        }
        heard.push(about);
    }
    if has_statements {
        facts.statements = Statements::Known(queries);
    }
    let asked = [("size", "its size"), ("connections", "its connections"), ("age", "the age of its rows")];
    let missing = asked.into_iter().filter(|(about, _)| !heard.iter().any(|one| one == about));
    facts.missing = missing.map(|(_, what)| format!("The server does not tell {what}.")).collect();
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_does_not_tell_is_said_and_not_invented() {
        let output =
            "[\"size\", 7]\nnoise\n[\"table\", \"public.a\", 5, 6, null]\n[\"no statements\", \"not loaded\"]\n";
        let found = facts(output);
        assert_eq!((found.bytes, found.tables[0].dead, found.tables[0].vacuumed_days), (7, 6, None));
        assert_eq!(found.statements, Statements::NotAvailable("not loaded".to_owned()));
        assert_eq!(found.missing.len(), 2, "{found:?}");
    }
}
