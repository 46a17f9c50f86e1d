//! `[api]`: the loopback door for browsers and Prometheus.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use schemars::JsonSchema;

use crate::config::fields::Fields;
use crate::config::problem::ProblemCode;

/// Whether the door is open unless the file says otherwise.
pub(in crate::config) const ENABLED: bool = false;
/// Where it is unless the file says otherwise.
pub(in crate::config) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7861);

/// The door for browsers and Prometheus on this machine. It needs an access token (`caretaker api token`).
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(in crate::config) struct ApiSection {
    /// Whether Caretaker listens at all.
    #[schemars(extend("default" = ENABLED))]
    pub enabled: Option<bool>,
    /// Address and port; the address is of this machine only: `127.0.0.0/8`, `[::1]` or `localhost`.
    #[schemars(with = "Option<String>", extend("default" = LISTEN.to_string()))]
    pub listen: Option<SocketAddr>,
}

impl ApiSection {
    /// Reads and checks the section.
    pub(in crate::config) fn read(fields: &mut Fields<'_, '_>) -> Self {
        Self { enabled: fields.truth("enabled"), listen: read_listen(fields) }
    }
}

fn read_listen(fields: &mut Fields<'_, '_>) -> Option<SocketAddr> {
    let text = fields.text("listen")?;
    let numeric = text.strip_prefix("localhost:").map_or_else(|| text.clone(), |port| format!("127.0.0.1:{port}"));
    let Ok(address) = numeric.parse::<SocketAddr>() else {
        let message = format!("`listen` is `{text}`; allowed is an address of this machine and a port");
        fields.problem("listen", ProblemCode::InvalidValue, message).hint = Some(format!("for example `{LISTEN}`"));
        return None;
    };
    if !address.ip().is_loopback() {
        let message = format!(
            "`listen` is `{text}`, which other machines can reach; allowed are 127.0.0.0/8, [::1] and localhost"
        );
        let hint = format!("use `127.0.0.1:{}` and a tunnel (ssh -L) from elsewhere", address.port());
        fields.problem("listen", ProblemCode::Forbidden, message).hint = Some(hint);
        return None;
    }
    Some(address)
}
