//! What a door may do. Reading, acting and executing are classes of routes; a door grants classes.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use caretaker_core::problem::{Code, Problem};

use crate::answer::Failure;

/// What calling a route means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Looks.
    Read,
    /// Changes Caretaker's own state: acknowledge, silence, configure.
    Act,
    /// Reaches beyond Caretaker: windows, commands, restores.
    Execute,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Read, Self::Act, Self::Execute];

    /// As in the OpenAPI document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Act => "act",
            Self::Execute => "execute",
        }
    }
}

/// The classes that a door grants; every door has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grants {
    most: Class,
}

impl Grants {
    /// The socket, the window, the program itself: the owner at the machine.
    pub const OWNER: Self = Self { most: Class::Execute };
    /// A browser with the token for acting.
    pub const ACTOR: Self = Self { most: Class::Act };
    /// A browser.
    pub const READER: Self = Self { most: Class::Read };

    /// Whether the door may call routes of this class.
    pub fn allow(self, class: Class) -> bool {
        class <= self.most
    }
}

/// Stands before all routes of a class. A request without grants came through no door and may do nothing.
pub async fn require(State(class): State<Class>, request: Request, next: Next) -> Response {
    match request.extensions().get::<Grants>() {
        Some(grants) if grants.allow(class) => next.run(request).await,
        Some(_) | None => {
            let hint = match class {
                Class::Read | Class::Act => "log in with the token of `caretaker api token --act`, or use the window",
                Class::Execute => "use the window, or `caretaker` on the machine itself",
            };
            let problem = Problem::new(Code::Forbidden, "this way in may not do that").hint(hint);
            Failure(problem).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_reads_and_only_the_owner_executes() {
        assert!(Grants::READER.allow(Class::Read) && !Grants::READER.allow(Class::Act));
        assert!(Grants::ACTOR.allow(Class::Act) && !Grants::ACTOR.allow(Class::Execute));
        assert!(Grants::OWNER.allow(Class::Execute));
    }
}
