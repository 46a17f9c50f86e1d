//! The OpenAPI document, generated from the routes themselves.

use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

use crate::answer::ErrorBody;
use crate::router::described;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Caretaker",
        description = "Everything that Caretaker's window, command line and tray can do.\n\n\
            The same routes answer on the engine's Unix socket (`curl --unix-socket engine.socket http://caretaker/api/v1/status`) \
            and in the window.\n\nTime stamps are RFC 3339 in UTC with milliseconds; sizes are bytes; percentages are 0 to 100. \
            A failed request answers with `{\"error\": {\"code\", \"message\", \"hint\"}}`."
    ),
    components(schemas(ErrorBody, caretaker_core::view::Hint)),
    tags(
        (name = "status", description = "The state of everything"),
        (name = "metrics", description = "Series and their points"),
        (name = "models", description = "Servers of local models on this machine"),
        (name = "alerts", description = "Alerts, rules, silences, quiet time"),
        (name = "configuration", description = "What is in force and how to change it"),
        (name = "desktop", description = "The tray app: window, start at login, notifications"),
    )
)]
struct Described;

/// The document for this version.
pub fn document() -> Document {
    let (_, routes) = described().split_for_parts();
    let mut document = Described::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    document.merge(routes);
    document
}
