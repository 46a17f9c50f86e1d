//! As much of WebDriver as a page needs: a session of the app itself, a script, an element's text, a picture.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use caretaker_tests::program;
use serde_json::{Value, json};

use crate::stage::{Stage, eventually};

/// A session with the page of an app that WebKitWebDriver started.
pub struct Page {
    port: u16,
    session: String,
}

impl Page {
    /// Starts the driver, which starts the app; the app opens its window because it is automated.
    pub async fn open(stage: &mut Stage) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = stage.command("caretaker-app");
        let environment: Vec<_> =
            command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
        command = std::process::Command::new("WebKitWebDriver");
        for (name, value) in environment {
            match value {
                Some(value) => drop(command.env(name, value)),
                None => drop(command.env_remove(name)),
            }
        }
        command.arg(format!("--port={port}")).env("TAURI_WEBVIEW_AUTOMATION", "true");
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        stage.start(command);
        let options = json!({"binary": program("caretaker-app"), "args": []});
        let wanted = json!({"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}});
        let session = eventually(async || {
            let answer = call(port, "POST", "/session", &wanted).ok()?;
            answer["value"]["sessionId"].as_str().map(str::to_owned)
        });
        Self { port, session: session.await.unwrap_or_else(|| panic!("no WebDriver session")) }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        call(self.port, method, &format!("/session/{}{path}", self.session), body).unwrap()["value"].clone()
    }

    /// Runs a script in the page.
    pub fn run(&self, script: &str) -> Value {
        self.call("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until a script gives something that is not false, null, zero or empty.
    pub async fn until(&self, script: &str) -> Value {
        let look = async || {
            let value = self.run(script);
            let empty = value.is_null() || value == json!(false) || value == json!(0) || value == json!("");
            (!empty).then_some(value)
        };
        eventually(look).await.unwrap_or_else(|| {
            panic!("the page never answered `{script}`: {}", self.run("return document.body.innerText"))
        })
    }
}

fn call(port: u16, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let body = body.to_string();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer)?;
        answer.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok()
            });
            if read == 0 || length.is_some_and(|length| body.len() >= length) {
                return serde_json::from_str(body).map_err(std::io::Error::other);
            }
        } else if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}
