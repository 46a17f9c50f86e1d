//! The pages in a browser: login, cookie, headers, compression. What they look like is the business of `tests/ui`.

use caretaker_core::view::{AccessGrant, TokenRequest};

use crate::open::Open;

/// The cookie of a login, as a browser sends it back.
async fn log_in(open: &Open, token: &str) -> String {
    let answer = open.with(&format!("/dashboard?token={token}"), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/dashboard")), "{answer:?}");
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict"), "{cookie}");
    assert!(!cookie.contains(token), "the token itself is not kept in a browser");
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_exchanged_for_a_cookie_that_does_what_the_token_does() {
    let open = Open::new().await;
    let (reading, acting) = (log_in(&open, &open.read).await, log_in(&open, &open.act).await);
    assert_ne!(reading, acting);
    let page = open.with("/dashboard", &[("cookie", &format!("theme=dark; {reading}"))]).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(open.with("/api/v1/status", &[("cookie", &reading)]).await.status, 200);
    let quiet = async |cookie: &str| {
        let text = crate::http::request("PUT", "/api/v1/quiet", &[("cookie", cookie)], "{\"for\": \"1h\"}");
        crate::http::send(open.at, &text).await.status
    };
    assert_eq!((quiet(&reading).await, quiet(&acting).await), (403, 200));
    let engine = open.world.engine();
    engine.access_token(TokenRequest { grant: AccessGrant::Read, renew: true }).await.unwrap();
    assert_eq!(open.with("/api/v1/status", &[("cookie", &reading)]).await.status, 401, "a new token ends old logins");
    assert_eq!(open.with("/api/v1/status", &[("cookie", &acting)]).await.status, 200);
}

#[tokio::test]
async fn who_is_not_logged_in_is_asked_for_a_token() {
    let open = Open::new().await;
    for path in ["/dashboard", "/dashboard?token=wrong"] {
        let page = open.with(path, &[]).await;
        assert_eq!(page.status, 401);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page:?}");
        assert_eq!(page.text().contains("role=\"alert\""), path.contains("wrong"));
        assert!(page.header("set-cookie").is_none());
    }
    assert_eq!(open.with("/dashboard/login.css", &[]).await.status, 200);
    for path in ["/", "/dashboard/"] {
        assert_eq!(open.with(path, &[]).await.header("location"), Some("/dashboard"));
    }
}

#[tokio::test]
async fn pages_are_sent_compressed_with_a_strict_policy() {
    assert!(caretaker_api::has_pages(), "build the pages first: npm run build -w ui");
    let open = Open::new().await;
    let cookie = log_in(&open, &open.read).await;
    let page = open.with("/dashboard", &[("cookie", &cookie)]).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let text = page.text();
    let script = text.split('"').find(|part| part.starts_with("/dashboard/assets/index")).unwrap();
    let plain = open.with(script, &[("cookie", &cookie)]).await;
    let packed = open.with(script, &[("cookie", &cookie), ("accept-encoding", "gzip, br")]).await;
    assert_eq!((plain.status, plain.header("content-encoding")), (200, None));
    assert_eq!((packed.status, packed.header("content-encoding")), (200, Some("gzip")));
    assert!(packed.body.len() * 2 < plain.body.len(), "{} of {}", packed.body.len(), plain.body.len());
    assert_eq!(packed.header("content-type"), Some("text/javascript; charset=utf-8"));
    for missing in
        ["/dashboard/assets/none.js", "/dashboard/assets/..%2findex.html", "/dashboard/assets/%2e%2e/index.html"]
    {
        assert_eq!(open.with(missing, &[("cookie", &cookie)]).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn the_documentation_needs_nothing_from_outside() {
    let open = Open::new().await;
    let cookie = log_in(&open, &open.read).await;
    for path in ["/api/docs", "/api/docs/page.js", "/api/docs/page.css"] {
        let page = open.with(path, &[("cookie", &cookie)]).await;
        assert_eq!(page.status, 200, "{path}");
        let text = page.text();
        assert!(!text.contains("https://") && !text.contains("http://"), "{path} names another place");
    }
    let document = open.with("/api/openapi.json", &[("cookie", &cookie)]).await.json();
    assert_eq!(document, serde_json::to_value(caretaker_api::document()).unwrap());
    assert!(document["info"]["description"].as_str().unwrap().contains("Authorization: Bearer"));
}
