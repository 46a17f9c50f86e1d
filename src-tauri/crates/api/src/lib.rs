//! The one router behind every door, its OpenAPI document, its client, and the host that ties an engine to its socket.
//!
//! A route calls one method of the engine and decides nothing. Who may call what is settled by the door
//! ([`Grants`]) and the class that each route is registered under.

mod answer;
mod client;
mod connect;
mod desktop;
mod exposition;
mod foreground;
mod grants;
mod hints;
mod host;
mod loopback;
mod openapi;
mod pages;
mod relay;
mod requests;
mod router;
mod routes;
mod serve;

pub use client::Client;
pub use connect::{Access, Connection, connect};
pub use desktop::{Desktop, DesktopError, desktop_router};
pub use foreground::{run_until_stopped, take_home};
pub use grants::{Class, Grants};
pub use hints::HintStream;
pub use host::{Host, Running};
pub use loopback::{DoorLimits, LoopbackDoor, PART as DOOR, Rate, serve_unlocked};
pub use openapi::document;
pub use pages::has_pages;
pub use relay::relay_notices;
pub use router::{PREFIX, router};
