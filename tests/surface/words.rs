//! Words that the core and the page each know say the same.

use caretaker_core::alert::words::state_word;

use caretaker_tests::workspace;

fn read(path: &str) -> String {
    std::fs::read_to_string(workspace::root().join(path)).unwrap()
}

#[test]
fn states_that_series_write_as_numbers_have_the_same_words_in_the_page() {
    let names = read("src-tauri/crates/core/src/metric/names.rs");
    let page = read("ui/src/lib/state-word.ts");
    let mut states = 0;
    for name in names.lines().filter_map(|line| line.split('"').nth(1)) {
        let words: Vec<&str> = [0.0, 1.0, 2.0, 3.0].into_iter().filter_map(|value| state_word(name, value)).collect();
        let entry = page.split_once(&format!("'{name}': [")).map(|(_, rest)| rest.split("\n  ],").next().unwrap());
        assert_eq!(entry.is_some(), !words.is_empty(), "{name}");
        states += usize::from(entry.is_some());
        for word in words {
            assert!(entry.unwrap().contains(&format!("'{word}'")), "{name}: {word}");
        }
    }
    assert!(states > 4, "the series were not found");
}
