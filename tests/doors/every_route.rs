//! Law 13: every route through every door with every grant. The table is made from the routes themselves.

use caretaker_api::{Client, Grants, router};
use hyper::Method;
use serde_json::Value;
use tower::ServiceExt;

use crate::http::{request, send};
use crate::open::Open;

/// One operation of the document.
struct Route {
    method: String,
    path: String,
    class: String,
}

fn routes() -> Vec<Route> {
    let document = serde_json::to_value(caretaker_api::document()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let class = operation["x-class"].as_str().unwrap_or_else(|| panic!("{method} {path} has no class"));
            let part = |part: &str| if part.starts_with('{') { "nothing".to_owned() } else { part.to_owned() };
            let path = path.split('/').map(part).collect::<Vec<_>>().join("/");
            routes.push(Route { method: method.to_uppercase(), path, class: class.to_owned() });
        }
    }
    routes
}

/// A body where one is wanted: none of ours fits, so that nothing is changed but everything is reached.
fn body(route: &Route) -> &'static str {
    if route.method == "GET" || route.method == "DELETE" { "" } else { "[]" }
}

#[tokio::test]
async fn each_door_grants_its_classes_and_no_more() {
    let open = Open::new().await;
    let routes = routes();
    for class in ["read", "act", "execute"] {
        assert!(routes.iter().any(|route| route.class == class), "no route is of the class {class}");
    }
    for route in &routes {
        let what = format!("{} {}", route.method, route.path);
        let nobody = send(open.at, &request(&route.method, &route.path, &[], body(route))).await;
        assert_eq!(nobody.status, 401, "{what} without a token");
        for (token, allowed) in [(&open.read, &["read"][..]), (&open.act, &["read", "act"][..])] {
            let answer = open.ask(token, &route.method, &route.path, body(route)).await;
            let refused = answer.status == 403;
            assert_eq!(refused, !allowed.contains(&route.class.as_str()), "{what}, {}: {answer:?}", route.class);
            assert_ne!(answer.status, 401, "{what}");
            assert_ne!(answer.status, 405, "{what}: the method of the document is the method of the route");
            let missing = answer.status == 404 && !route.path.contains("nothing");
            assert!(!missing, "{what}: the document describes a route that is not there");
            assert!(answer.status < 500 || answer.code() == "not_configured", "{what}: {answer:?}");
        }
        // Time goes on, so that this table stays below the limits that other tests look at.
        open.world.clock.advance(caretaker_core::time::Span::from_seconds(10));
        open.world.round().await.unwrap();
    }
}

#[tokio::test]
async fn who_came_through_no_door_may_do_nothing_and_the_owner_everything() {
    let open = Open::new().await;
    let bare = router(open.world.engine().clone());
    let owner = Client::in_process(bare.clone());
    for route in routes().iter().filter(|route| !route.path.ends_with("/watch")) {
        let what = format!("{} {}", route.method, route.path);
        let request =
            hyper::Request::builder().method(route.method.as_str()).uri(&route.path).body(String::new()).unwrap();
        let status = bare.clone().oneshot(request).await.unwrap().status();
        assert_eq!(status, 403, "{what} without grants");
        if let Some(path) = route.path.strip_prefix("/api/v1") {
            let method: Method = route.method.parse().unwrap();
            let (status, _) = owner.raw(method, path, Some(body(route).into())).await.unwrap();
            assert_ne!(status, 403, "{what} as the owner");
        }
    }
    assert!(Grants::OWNER.allow(caretaker_api::Class::Execute));
}

#[tokio::test]
async fn what_may_only_act_makes_nothing_start_programs() {
    let open = Open::new().await;
    let set = |key: &str, value: &str| serde_json::json!({"key": key, "value": value}).to_string();
    for (key, value) in [("notify.channel.ops.command", "[\"true\"]"), ("notify.channel.ops", "{ kind = \"command\" }")]
    {
        let answer = open.ask(&open.act, "POST", "/api/v1/configuration/set", &set(key, value)).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"), "{key}: {answer:?}");
    }
    let answer = open.ask(&open.act, "POST", "/api/v1/configuration/set", &set("collect.interval", "20s")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let now: Value = answer.json();
    assert_eq!(now["settings"]["collect"]["interval"], "20s", "{}", now["settings"]);
}
