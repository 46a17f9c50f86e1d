//! A real store that speaks S3, moto, on loopback; and a proxy before it that cuts, refuses, spoils and counts.

use std::io::{Error, Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the store may take to start on a busy machine.
const START: Duration = Duration::from_secs(90);
/// What is not signed may not write; whether the signature is right, moto does not ask.
const SIGNED: &str =
    "AWS4-HMAC-SHA256 Credential=keyid/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
/// The bucket that tests use.
pub const BUCKET: &str = "archives";

/// A running store; ended when dropped.
pub struct ObjectStore {
    child: Child,
    address: SocketAddr,
}

impl Drop for ObjectStore {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

impl ObjectStore {
    /// One with an empty bucket, which takes any keys.
    pub fn start() -> Result<Self> {
        Self::begin(None)
    }

    /// One with an empty bucket, which takes no keys but those that it knows, and it knows none.
    pub fn start_guarded() -> Result<Self> {
        // The bucket is made first.
        Self::begin(Some(("INITIAL_NO_AUTH_ACTION_COUNT", "1")))
    }

    fn begin(variable: Option<(&str, &str)>) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let program = program()?;
        let child = Command::new(&program)
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .envs(variable)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Error::other(format!("{}: {error}; `npm test` installs it", program.display())))?;
        let store = Self { child, address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > START {
                return Err(Error::other("the store does not start"));
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        match store.ask("PUT", "", &[])?.status {
            200 => Ok(store),
            status => Err(Error::other(format!("the store makes no bucket: {status}"))),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For `endpoint`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Asks about an object, or about the bucket with an empty key.
    pub fn ask(&self, method: &str, key: &str, body: &[u8]) -> Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        let path = if key.is_empty() { format!("/{BUCKET}") } else { format!("/{BUCKET}/{key}") };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nAuthorization: {SIGNED}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let end = find(&answer, b"\r\n\r\n").ok_or_else(|| Error::other("no answer"))?;
        let status = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        let status = status.ok_or_else(|| Error::other("an answer without a status"))?;
        Ok(Answer { status, body: answer.split_off(end + 4) })
    }

    /// The bytes of an object; none where there is none.
    pub fn object(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let answer = self.ask("GET", key, &[])?;
        Ok((answer.status == 200).then_some(answer.body))
    }

    /// Keys of all objects.
    pub fn keys(&self) -> Result<Vec<String>> {
        let answer = self.ask("GET", "", &[])?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        Ok(text.split("<Key>").skip(1).filter_map(|rest| Some(rest.split_once("</Key>")?.0.to_owned())).collect())
    }

    /// Uploads that were begun and not ended.
    pub fn open_uploads(&self) -> Result<usize> {
        let answer = self.ask("GET", "?uploads", &[])?;
        Ok(String::from_utf8_lossy(&answer.body).matches("<UploadId>").count())
    }
}

/// `moto_server` of the environment that `npm test` makes below cargo's output.
fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let found = own.ancestors().map(|folder| folder.join("moto/bin/moto_server")).find(|program| program.is_file());
    found.ok_or_else(|| Error::other("there is no moto: `npm test` installs it below cargo's output"))
}

pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
