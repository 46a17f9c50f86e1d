//! Access tokens of the loopback door. Reading one in clear is for the owner at the machine alone; the routes of this
//! file are of the class that no token reaches.

use std::sync::PoisonError;

use caretaker_core::problem::Problem;
use caretaker_core::view::{AccessGrant, TokenRequest, TokenView};

use crate::access::{AccessTokens, Recognised};
use crate::engine::{Engine, Inner};

impl Engine {
    /// The token for a grant; made if there is none, and made anew if asked.
    pub async fn access_token(&self, request: TokenRequest) -> Result<TokenView, Problem> {
        self.writable()?;
        let grant = request.grant;
        let (token, made) = self
            .blocking(move |inner| {
                // Held across the write of a small file, so that two requests do not make two tokens.
                let mut held = inner.access.lock().unwrap_or_else(PoisonError::into_inner);
                let path = inner.home.access_tokens();
                let mut tokens = AccessTokens::load(&path)?;
                let made = request.renew || tokens.token(grant).is_none();
                if made {
                    tokens.renew(grant)?;
                    tokens.save(&path)?;
                }
                let token = tokens.token(grant).unwrap_or_default().to_owned();
                *held = Some(tokens);
                Ok((token, made))
            })
            .await?;
        if made {
            let word = if grant == AccessGrant::Act { "acting" } else { "reading" };
            self.record("access token", format!("Made a token for {word}"), Ok(())).await;
        }
        let api = &self.settings().api;
        let dashboard = format!("http://{}/dashboard?token={token}", api.listen);
        Ok(TokenView { grant, token, made, enabled: api.enabled, dashboard })
    }

    /// Whose token this is, for a door.
    pub fn recognise_token(&self, token: &str) -> Option<Recognised> {
        known(&self.0, |tokens| tokens.by_token(token))
    }

    /// Whose browser this is, for a door.
    pub fn recognise_session(&self, session: &str) -> Option<Recognised> {
        known(&self.0, |tokens| tokens.by_session(session))
    }
}

/// Reads the file at the first question only: whoever holds the lock is the only one who changes it.
fn known(inner: &Inner, find: impl FnOnce(&AccessTokens) -> Option<Recognised>) -> Option<Recognised> {
    let mut held = inner.access.lock().unwrap_or_else(PoisonError::into_inner);
    if held.is_none() {
        match AccessTokens::load(&inner.home.access_tokens()) {
            Ok(tokens) => *held = Some(tokens),
            Err(problem) => tracing::warn!(%problem, "nobody can log in"),
        }
    }
    held.as_ref().and_then(find)
}
