//! Rows of the tables of a PostgreSQL database: what psql is asked, and what it answers. The same question is asked when a dump is made
//! and when it was restored. Pure.

use caretaker_core::backup::TableRows;

/// Tables whose rows are in a dump: ordinary ones and parts of partitioned ones, without those of the system and of extensions.
const TABLES: &str = r"
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\_%'
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
";

/// First the names of tables, then their rows, a line of JSON each; one that takes more than three seconds is left open.
pub(super) fn question() -> String {
    // A count that takes too long must not end the transaction that it stands in.
    format!(
        "\\set ON_ERROR_ROLLBACK on\n\
         SELECT pg_catalog.json_build_array(n.nspname || '.' || c.relname) {TABLES};\n\
         SET statement_timeout = '3s';\n\
         SELECT pg_catalog.format('SELECT pg_catalog.json_build_array(%L, pg_catalog.count(*)) FROM ONLY %I.%I', \
         n.nspname || '.' || c.relname, n.nspname, c.relname) {TABLES} \\gexec\n"
    )
}

/// The tables that answers name. Lines that are none of ours are passed over.
pub(super) fn counted(output: &str) -> Vec<TableRows> {
    let mut tables: Vec<TableRows> = Vec::new();
    for line in output.lines().filter(|line| line.starts_with('[')) {
        let Ok(values) = serde_json::from_str::<Vec<serde_json::Value>>(line) else { continue };
        let Some(name) = values.first().and_then(|name| name.as_str()) else { continue };
        let rows = values.get(1).and_then(serde_json::Value::as_u64);
        match tables.iter_mut().find(|table| table.name == name) {
            Some(table) => table.rows = rows,
            None => tables.push(TableRows { name: name.to_owned(), rows }),
        }
    }
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_gave_no_rows_in_time_stays_open() {
        let output = "[\"public.b\"]\n[\"public.a \\\"x\\\"\"]\nsnapshot\n[\"public.b\", 7]\nERROR: canceled\n";
        let counted = counted(output);
        let expected = [("public.a \"x\"", None), ("public.b", Some(7))];
        assert_eq!(counted.iter().map(|table| (&*table.name, table.rows)).collect::<Vec<_>>(), expected);
    }
}
