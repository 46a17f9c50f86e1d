//! From a target to a stream of bytes.

use std::io;
use std::net::TcpStream as Socket;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use caretaker_core::egress::{Egress, Target};
use caretaker_core::time::Span;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::error::ConnectError;
use crate::tls::Tls;

/// Bytes to and from another machine.
pub enum Connection {
    /// As they are.
    Plain(TcpStream),
    /// Encrypted.
    Encrypted(Box<TlsStream<TcpStream>>),
}

/// Connects within the limit; encrypts where `tls` is given.
pub async fn connect(
    egress: &Arc<dyn Egress>,
    tls: Option<&Tls>,
    target: &Target,
    limit: Span,
) -> Result<Connection, ConnectError> {
    let (way, wanted) = (Arc::clone(egress), target.clone());
    // Names are looked up where waiting holds up nobody.
    let connected = tokio::task::spawn_blocking(move || way.reach(&wanted, limit)).await;
    let connected = connected.map_err(|error| ConnectError::Broken(format!("connect: {error}")))?;
    let socket = Socket::from(connected.map_err(ConnectError::Egress)?);
    let broken = |error: io::Error| ConnectError::Broken(format!("speak with {target}: {error}"));
    socket.set_nonblocking(true).map_err(broken)?;
    let _ = socket.set_nodelay(true);
    let stream = TcpStream::from_std(socket).map_err(broken)?;
    match tls {
        None => Ok(Connection::Plain(stream)),
        Some(tls) => Ok(Connection::Encrypted(Box::new(tls.open(stream, target).await?))),
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Encrypted(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Encrypted(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Encrypted(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Encrypted(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
