//! A client that sends exactly what it is told, so that what no good client sends can be sent too.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as the JSON document that it must be.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of a failure.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A request as text, to be changed as a test likes.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for (name, value) in headers {
        if *name == "host" {
            text = text.replace("host: localhost\r\n", "");
        }
        text = format!("{text}{name}: {value}\r\n");
    }
    if !body.is_empty() {
        text = format!("{text}content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    format!("{text}\r\n{body}")
}

/// Sends these bytes and reads one answer; of a stream only its head.
pub async fn send(to: SocketAddr, text: &str) -> Answer {
    let mut stream = TcpStream::connect(to).await.unwrap();
    // A door that refuses early may close before everything was written.
    drop(stream.write_all(text.as_bytes()).await);
    receive(&mut stream).await
}

/// Reads one answer.
pub async fn receive(stream: &mut TcpStream) -> Answer {
    tokio::time::timeout(PATIENCE, read(stream)).await.expect("an answer in time")
}

async fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut piece = vec![0_u8; 16 * 1024];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let read = stream.read(&mut piece).await.unwrap_or(0);
        assert!(read > 0, "the connection ended: {}", String::from_utf8_lossy(&bytes));
        bytes.extend_from_slice(&piece[..read]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, head, body: bytes.split_off(end + 4) };
    let length = answer.header("content-length").map_or(0, |text| text.parse::<usize>().unwrap());
    while answer.body.len() < length {
        let read = stream.read(&mut piece).await.unwrap_or(0);
        if read == 0 {
            break;
        }
        answer.body.extend_from_slice(&piece[..read]);
    }
    answer
}
