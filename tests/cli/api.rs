//! `caretaker api`.

use serde_json::Value;

use crate::world::World;

#[test]
fn the_document_describes_the_routes() {
    let world = World::new();
    let document: Value = world.read(&["api", "openapi"]);
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")), "{document}");
    assert!(document["paths"]["/api/v1/status"]["get"].is_object());
    assert!(!world.home().exists());
}
