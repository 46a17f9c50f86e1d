//! TLS with the certificates that this system trusts, loaded when the first encrypted connection is opened. Checking a
//! certificate opens no connection of its own, so that everything that is reached goes through `Egress`.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use caretaker_core::egress::Target;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::ConnectError;

/// What the system trusts; read once.
#[derive(Default)]
pub struct Tls(Arc<OnceLock<Trusted>>);

type Trusted = Result<Arc<ClientConfig>, String>;

impl Tls {
    /// Encrypts a connection with whoever proves to be `target`.
    pub async fn open(&self, stream: TcpStream, target: &Target) -> Result<TlsStream<TcpStream>, ConnectError> {
        let known = Arc::clone(&self.0);
        // A keychain may take its time.
        let trusted = tokio::task::spawn_blocking(move || known.get_or_init(trusted).clone()).await;
        let trusted = trusted.unwrap_or_else(|error| Err(error.to_string()));
        let trusted = trusted.map_err(ConnectError::NoTrust)?;
        let failed = |why: String| ConnectError::Encryption(format!("encrypt the connection with {target}: {why}"));
        let name = match target.host.parse::<IpAddr>() {
            Ok(address) => ServerName::from(address),
            Err(_) => ServerName::try_from(target.host.clone()).map_err(|error| failed(error.to_string()))?,
        };
        TlsConnector::from(trusted).connect(name, stream).await.map_err(|error| failed(in_words(&error)))
    }
}

fn trusted() -> Trusted {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (taken, _) = roots.add_parsable_certificates(found.certs);
    if taken == 0 {
        let why = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
        return Err(format!("this system has no certificates that it trusts{why}"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The commonest failures as people know them.
fn in_words(error: &std::io::Error) -> String {
    use rustls::{CertificateError as Wrong, Error};
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match tls {
        Some(Error::InvalidCertificate(Wrong::UnknownIssuer | Wrong::BadSignature)) => {
            "nobody that this system trusts vouches for its certificate".to_owned()
        }
        Some(Error::InvalidCertificate(Wrong::Expired | Wrong::ExpiredContext { .. })) => {
            "its certificate has expired".to_owned()
        }
        Some(Error::InvalidCertificate(Wrong::NotValidYet | Wrong::NotValidYetContext { .. })) => {
            "its certificate is not valid yet".to_owned()
        }
        Some(Error::InvalidCertificate(Wrong::NotValidForName | Wrong::NotValidForNameContext { .. })) => {
            "its certificate is for another name".to_owned()
        }
        Some(Error::InvalidMessage(_)) => "it does not speak TLS there".to_owned(),
        Some(other) => other.to_string(),
        None => error.to_string(),
    }
}
