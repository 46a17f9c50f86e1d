//! The OpenAPI document, generated from the routes themselves.

use utoipa::OpenApi;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi as Document};

use crate::answer::ErrorBody;
use crate::grants::Class;
use crate::router::described;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Caretaker",
        description = "Everything that Caretaker's window, command line and tray can do.\n\n\
            The same routes answer on the engine's Unix socket (`curl --unix-socket engine.socket http://caretaker/api/v1/status`), \
            in the window, and over loopback if `[api] enabled = true`.\n\n\
            Over loopback every request needs an access token: `caretaker api token` prints the one for reading, \
            `caretaker api token --act` the one that may also change things. Send it as `Authorization: Bearer <token>`, or open \
            `/dashboard?token=<token>` once in a browser. Every operation says in `x-class` what calling it means: `read`, `act`, \
            or `execute`, which no token reaches: only the socket and the window.\n\n\
            `curl -H \"Authorization: Bearer $(caretaker api token)\" http://127.0.0.1:7861/api/v1/status`\n\n\
            Time stamps are RFC 3339 in UTC with milliseconds; sizes are bytes; percentages are 0 to 100. \
            A failed request answers with `{\"error\": {\"code\", \"message\", \"hint\"}}`: 401 without a token, 403 when the door does \
            not grant it, 413 for too large a body, 429 with `Retry-After` for too many requests."
    ),
    components(schemas(ErrorBody, caretaker_core::view::Hint)),
    tags(
        (name = "status", description = "The state of everything"),
        (name = "metrics", description = "Series and their points"),
        (name = "models", description = "Servers of local models on this machine"),
        (name = "alerts", description = "Alerts, rules, silences, quiet time"),
        (name = "backups", description = "Backups, and long work on archives"),
        (name = "runbooks", description = "What to do about alerts, and doing it"),
        (name = "maintenance", description = "Tasks that look after the machine: when they run, what they found"),
        (name = "channels", description = "Where notices go"),
        (name = "configuration", description = "What is in force and how to change it"),
        (name = "desktop", description = "The tray app: window, start at login, notifications"),
        (name = "access", description = "Access tokens of the loopback door"),
        (name = "health", description = "Whether Caretaker itself works"),
        (name = "dashboard", description = "The window's pages for a browser"),
        (name = "documentation", description = "This description"),
    )
)]
struct Described;

/// The document for this version.
pub fn document() -> Document {
    let mut document = Described::openapi();
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    for class in Class::ALL {
        let (_, mut routes) = described(class).split_for_parts();
        for item in routes.paths.paths.values_mut() {
            operations(item).for_each(|operation| classify(operation, class));
        }
        document.merge(routes);
    }
    let components = document.components.get_or_insert_with(Components::default);
    let bearer = |text: &str| {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build();
        SecurityScheme::Http(scheme)
    };
    components
        .add_security_scheme("read", bearer("The token of `caretaker api token`; the one for acting may read too."));
    components.add_security_scheme("act", bearer("The token of `caretaker api token --act`."));
    let cookie = ApiKeyValue::with_description(
        "caretaker-7861",
        "From `/dashboard?token=<token>`; the name ends with the port.",
    );
    components.add_security_scheme("browser", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
        .into_iter()
        .filter_map(Option::as_mut)
}

fn classify(operation: &mut Operation, class: Class) {
    operation.extensions = Some(ExtensionsBuilder::new().add("x-class", class.word()).build());
    let schemes: &[&str] = match class {
        Class::Read => &["read", "act", "browser"],
        Class::Act => &["act", "browser"],
        Class::Execute => &[],
    };
    let one = |scheme: &&str| SecurityRequirement::new(*scheme, Vec::<String>::new());
    operation.security = Some(schemes.iter().map(one).collect()).filter(|list: &Vec<_>| !list.is_empty());
}
