//! An open door over an engine on simulated time.

use std::net::SocketAddr;

use caretaker_api::{DoorLimits, LoopbackDoor};
use caretaker_core::view::{AccessGrant, TokenRequest};
use caretaker_testkit::World;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::http::{Answer, request, send};

/// The door, its world and its tokens.
pub struct Open {
    pub world: World,
    pub at: SocketAddr,
    pub read: String,
    pub act: String,
    _serving: JoinHandle<()>,
}

impl Open {
    /// A door as the product opens it.
    pub async fn new() -> Self {
        Self::limited(DoorLimits::default()).await
    }

    /// A door with other limits.
    pub async fn limited(limits: DoorLimits) -> Self {
        let world = World::new().unwrap();
        world.round().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = LoopbackDoor::over(world.engine().clone(), listener, limits).unwrap();
        let at = door.address();
        let serving = tokio::spawn(door.serve());
        let (read, act) = (token(&world, AccessGrant::Read).await, token(&world, AccessGrant::Act).await);
        Self { world, at, read, act, _serving: serving }
    }

    /// Asks with a token.
    pub async fn ask(&self, token: &str, method: &str, path: &str, body: &str) -> Answer {
        send(self.at, &request(method, path, &[("authorization", &format!("Bearer {token}"))], body)).await
    }

    /// Asks with other headers.
    pub async fn with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        send(self.at, &request("GET", path, headers, "")).await
    }
}

pub async fn token(world: &World, grant: AccessGrant) -> String {
    world.engine().access_token(TokenRequest { grant, renew: false }).await.unwrap().token
}
