//! Setting up a store: tried as it is typed, written into the configuration, and no key anywhere.

use caretaker_core::problem::Code;
use caretaker_core::view::{StoreRequest, StoreTrialRequest, StoreTrialView, TrialState, TrialStep};
use caretaker_testkit::{BUCKET, Fault, ObjectStore};

use crate::store_scene::Scene;

fn request(scene: &Scene) -> StoreRequest {
    StoreRequest {
        endpoint: Some(scene.proxy.endpoint()),
        region: None,
        bucket: BUCKET.to_owned(),
        prefix: "laptop".to_owned(),
        access_key: "env:STORE_KEY".to_owned(),
        secret_key: "env:STORE_SECRET".to_owned(),
    }
}

async fn tried(scene: &Scene, store: StoreRequest) -> StoreTrialView {
    let request = StoreTrialRequest { destination: "second".to_owned(), store: Some(store) };
    scene.world.engine().try_store(request).await.unwrap()
}

fn failed(view: &StoreTrialView) -> Vec<TrialStep> {
    view.steps.iter().filter(|step| step.state == TrialState::Failed).map(|step| step.step).collect()
}

#[tokio::test]
async fn a_store_is_tried_before_it_is_in_the_configuration_and_nothing_is_left_there() {
    let scene = Scene::new("");
    let view = tried(&scene, request(&scene)).await;
    assert!(view.is_usable && failed(&view).is_empty(), "{view:?}");
    assert_eq!((view.destination.as_str(), view.place.as_str()), ("second", "s3://archives/laptop"));
    assert_eq!(scene.server.keys().unwrap(), Vec::<String>::new());
    let reached = serde_json::to_string(&scene.world.engine().doctor().await.unwrap()).unwrap();
    assert!(reached.contains(scene.proxy.endpoint().trim_start_matches("http://")), "that it was reached is told");
    // One of the configuration, with archives in it.
    scene.write("first");
    scene.copied().await;
    let request = StoreTrialRequest { destination: "offsite".to_owned(), store: None };
    let view = scene.world.engine().try_store(request).await.unwrap();
    let bucket = view.steps.iter().find(|step| step.step == TrialStep::Bucket).unwrap();
    assert!(view.is_usable && bucket.detail.contains("archives of Caretaker"), "{view:?}");
    assert!(!format!("{view:?}").contains("hunter2"));
    let folder = StoreTrialRequest { destination: "disk".to_owned(), store: None };
    assert_eq!(scene.world.engine().try_store(folder).await.unwrap_err().code, Code::Usage);
}

#[tokio::test]
async fn what_is_wrong_with_a_store_is_told_in_words() {
    let scene = Scene::new("");
    let gone = StoreRequest { bucket: "elsewhere".to_owned(), ..request(&scene) };
    let view = tried(&scene, gone).await;
    assert_eq!((view.is_usable, failed(&view)), (false, vec![TrialStep::Bucket]), "{view:?}");
    assert!(view.steps.iter().any(|step| step.detail == "there is no bucket `elsewhere`"), "{view:?}");
    scene.proxy.set(Fault::Down);
    let view = tried(&scene, request(&scene)).await;
    assert_eq!(failed(&view), [TrialStep::Reach], "{view:?}");
    let guarded = Scene::before(ObjectStore::start_guarded().unwrap(), "");
    let view = tried(&guarded, request(&guarded)).await;
    assert_eq!(failed(&view), [TrialStep::Keys], "{view:?}");
    // A key that is not where it should be.
    let nowhere = StoreRequest { secret_key: "env:NOBODY_SET_THIS".to_owned(), ..request(&scene) };
    let refused = StoreTrialRequest { destination: "second".to_owned(), store: Some(nowhere) };
    let problem = scene.world.engine().try_store(refused).await.unwrap_err();
    assert!(problem.message.contains("env:NOBODY_SET_THIS"), "{problem:?}");
}

#[tokio::test]
async fn a_store_is_written_into_the_configuration_and_its_keys_are_read_from_files() {
    let scene = Scene::new("");
    let file = |name: &str, text: &str| {
        let path = scene.path(name);
        caretaker_platform::files::write_atomic(&path, text.as_bytes(), 0o600).unwrap();
        format!("file:{}", path.display())
    };
    let store = StoreRequest {
        access_key: file("store-key", "keyid\n"),
        secret_key: file("store-secret", "hunter2-secret\n"),
        ..request(&scene)
    };
    let before = std::fs::read_to_string(scene.world.home().join("caretaker.toml")).unwrap();
    scene.world.configure(&format!("# mine\n{before}")).unwrap();
    scene.world.engine().reload().await.unwrap();
    let view = scene.world.engine().put_store("second", store.clone()).await.unwrap();
    assert!(view.destinations.iter().any(|one| one.destination.id == "second"), "{view:?}");
    let text = std::fs::read_to_string(scene.world.home().join("caretaker.toml")).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("s3 = \"s3://archives/laptop\""), "{text}");
    assert!(text.contains(&store.secret_key) && !text.contains("hunter2"), "{text}");
    assert!(!text.contains("region"), "what is usual is not written: {text}");
    let request = StoreTrialRequest { destination: "second".to_owned(), store: None };
    let view = scene.world.engine().try_store(request.clone()).await.unwrap();
    assert!(view.is_usable, "{view:?}");
    // A file that others may read holds no secret.
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(scene.path("store-secret"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let problem = scene.world.engine().try_store(request).await.unwrap_err();
    assert!(problem.message.contains("0644") && !problem.message.contains("hunter2"), "{problem:?}");
    // A folder does not become a store.
    let refused = scene.world.engine().put_store("disk", store).await.unwrap_err();
    assert!(refused.message.contains("is the folder"), "{refused:?}");
}
