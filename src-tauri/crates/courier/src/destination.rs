//! Where a notice goes, with every credential in place. It is made for one delivery and never shown.

use caretaker_core::egress::Target;
use caretaker_core::time::Span;
use caretaker_core::web_address::WebAddress;

/// A channel as it is reached now.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    /// Id of the channel.
    pub id: String,
    /// How.
    pub way: Way,
    /// Time for one notice, everything together.
    pub limit: Span,
    /// Address of the dashboard as the reader reaches it.
    pub link: Option<String>,
}

/// How a channel is reached.
#[derive(Clone, PartialEq, Eq)]
pub enum Way {
    /// A JSON document is posted.
    Webhook {
        /// Where to.
        address: WebAddress,
        /// For `Authorization: Bearer`.
        token: Option<String>,
    },
    /// A message to a topic.
    Ntfy {
        /// The topic's address.
        address: WebAddress,
        /// For `Authorization: Bearer`.
        token: Option<String>,
    },
    /// A program and its arguments.
    Command(Vec<String>),
}

impl Destination {
    /// The place that must be connected to, if any.
    pub fn target(&self) -> Option<&Target> {
        match &self.way {
            Way::Webhook { address, .. } | Way::Ntfy { address, .. } => Some(&address.target),
            Way::Command(_) => None,
        }
    }

    /// Whether everybody on the way could read what is sent.
    pub fn is_readable(&self) -> bool {
        match &self.way {
            Way::Webhook { address, .. } | Way::Ntfy { address, .. } => !address.secure && !address.target.is_here(),
            Way::Command(_) => false,
        }
    }
}
