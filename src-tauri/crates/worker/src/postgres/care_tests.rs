//! A real server with too many dead rows, indexes of no use and slow queries.

use caretaker_backup::write::Cancel;
use caretaker_core::database::{PostgresFacts, PostgresLook, PostgresOrder, Statements, UselessBecause};
use caretaker_core::time::Span;

use super::care;
use super::server::Server;

fn looked(addresses: Vec<String>) -> Vec<PostgresLook> {
    let order = PostgresOrder { addresses, limit: Span::from_minutes(1) };
    care(&order, &|_| {}, &Cancel::default()).unwrap()
}

fn facts(server: &Server) -> PostgresFacts {
    let look = looked(vec![server.address("board")]).remove(0);
    look.facts.unwrap_or_else(|| panic!("{}", look.why))
}

#[test]
fn a_server_tells_of_dead_rows_useless_indexes_connections_and_age() {
    let Some(server) = Server::start() else {
        eprintln!("skipped: PostgreSQL is not installed");
        return;
    };
    server.board();
    server.ask(
        "board",
        "ALTER TABLE letter SET (autovacuum_enabled = off);
         CREATE INDEX by_text ON letter (text); CREATE INDEX by_text_and_id ON letter (text, id);
         CREATE INDEX backwards ON letter (text DESC); CREATE INDEX later ON letter (text) WHERE id > 7;",
    );
    server.ask("board", "DELETE FROM letter WHERE id > 100");
    // Counters reach the others only after a moment, and here they are waited for.
    server.ask("board", "SELECT pg_stat_force_next_flush()");
    let found = facts(&server);
    assert!(found.bytes > 1_000_000 && found.most_connections == 100, "{found:?}");
    assert!(found.age < found.freeze_age && found.freeze_age == 200_000_000, "{found:?}");
    let letters = found.tables.iter().find(|table| table.name == "public.letter").unwrap();
    assert_eq!((letters.dead, letters.vacuumed_days), (400, None));
    let covered: Vec<(&str, &UselessBecause)> = found
        .indexes
        .iter()
        .filter(|index| index.because != UselessBecause::Unused)
        .map(|index| (index.name.as_str(), &index.because))
        .collect();
    assert_eq!(covered, [("public.by_text", &UselessBecause::Covered("by_text_and_id".to_owned()))]);
    let unused = found.indexes.iter().filter(|index| index.because == UselessBecause::Unused).count();
    assert_eq!(unused, 4, "what keeps rows apart is not among them: {found:?}");
    assert!(matches!(&found.statements, Statements::NotAvailable(why) if why.contains("not installed")), "{found:?}");
    assert_eq!(found.missing, Vec::<String>::new());
    // It is there and not loaded.
    server.ask("board", "CREATE EXTENSION pg_stat_statements");
    let found = facts(&server);
    assert!(matches!(&found.statements, Statements::NotAvailable(why) if why.contains("preload")), "{found:?}");
}

#[test]
fn slow_queries_are_told_without_their_values_where_the_server_counts_them() {
    let Some(server) = Server::start_with("-c shared_preload_libraries=pg_stat_statements") else {
        eprintln!("skipped: PostgreSQL is not installed");
        return;
    };
    server.board();
    server.ask("board", "CREATE SCHEMA \"odd one 2\"; CREATE EXTENSION pg_stat_statements SCHEMA \"odd one 2\"");
    for _ in 0..3 {
        server.ask("board", "SELECT pg_sleep(0.05), 'a secret'");
    }
    let Statements::Known(queries) = facts(&server).statements else { panic!("they are not known") };
    let slowest = &queries[0];
    assert!(slowest.text.contains("pg_sleep") && slowest.calls == 3 && slowest.mean_ms >= 50.0, "{queries:?}");
    assert!(!queries.iter().any(|query| query.text.contains("a secret")), "{queries:?}");
}

#[test]
fn one_that_cannot_be_reached_says_why_without_its_password() {
    let looks = looked(vec![
        "postgres://owner:pa55@/board?host=/nonexistent".to_owned(),
        "mysql://owner:pa55@/board".to_owned(),
    ]);
    assert!(looks.iter().all(|look| look.facts.is_none() && !look.why.is_empty()), "{looks:?}");
    assert!(!format!("{looks:?}").contains("pa55"));
}
