//! `caretaker-sim`: the real engine, API and page over a machine that is told what to show. For browser tests and demos.
//!
//! `caretaker-sim --listen 127.0.0.1:0 --ui ui/dist [--history 2h]` prints `{"listening": "http://…"}` and then answers
//! each JSON line on standard input with one on standard output: `{"set": {"host.cpu.usage": 97}}`, `{"advance": "10m"}`,
//! `{"round": true}`, `{"fail": "disks"}`, `{"heal": "disks"}`, `{"sleep": "10m"}`, `{"step": "-1h"}`, `{"configure": "…"}`,
//! `{"listen": {"127.0.0.1:11434": "127.0.0.1:40123"}}`, `{"hang_up": "127.0.0.1:11434"}`,
//! `{"log": {"level": "error", "source": "sshd", "message": "…"}}`, `{"install": "Upgraded the package curl"}`,
//! `{"folder": {"/": "/tmp/disk"}}`, `{"survey": true}`, `{"variable": {"STORE_KEY": "…"}}`.
//!
//! `--door 127.0.0.1:0` also opens the door that the product has; its address and tokens stand in the first line.
#![expect(clippy::print_stdout, reason = "speaks a line protocol on standard output")]

use std::path::PathBuf;

use caretaker_api::{DoorLimits, Grants, LoopbackDoor, router, serve_unlocked};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::record::RecordLevel;
use caretaker_core::time::{Clock, Span};
use caretaker_core::view::{AccessGrant, TokenRequest};
use caretaker_testkit::{Health, World};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

struct Arguments {
    listen: String,
    ui: PathBuf,
    history: Span,
    door: Option<String>,
}

fn arguments() -> Result<Arguments, Problem> {
    let mut read =
        Arguments { listen: "127.0.0.1:0".into(), ui: "ui/dist".into(), history: Span::from_hours(2), door: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| usage(format!("{word} needs a value")))?;
        match word.as_str() {
            "--listen" => read.listen = value,
            "--ui" => read.ui = value.into(),
            "--door" => read.door = Some(value),
            "--history" => read.history = span(&value)?,
            other => return Err(usage(format!("there is no option {other}"))),
        }
    }
    Ok(read)
}

fn usage(why: impl std::fmt::Display) -> Problem {
    Problem::new(Code::Usage, why.to_string())
}

fn span(text: &str) -> Result<Span, Problem> {
    text.parse().map_err(usage)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Problem> {
    let arguments = arguments()?;
    let mut world = World::new()?;
    make_history(&world, arguments.history).await?;
    let listener = TcpListener::bind(&arguments.listen).await.map_err(usage)?;
    let address = listener.local_addr().map_err(usage)?;
    let routes = router(world.engine().clone()).fallback_service(ServeDir::new(&arguments.ui));
    tokio::spawn(serve_unlocked(listener, routes, Grants::OWNER));
    let mut first = json!({"listening": format!("http://{address}")});
    if let Some(place) = &arguments.door {
        let door = LoopbackDoor::over(
            world.engine().clone(),
            TcpListener::bind(place).await.map_err(usage)?,
            DoorLimits::default(),
        )?;
        first["door"] = json!(format!("http://{}", door.address()));
        for grant in [AccessGrant::Read, AccessGrant::Act] {
            let made = world.engine().access_token(TokenRequest { grant, renew: false }).await?;
            first[if grant == AccessGrant::Read { "read" } else { "act" }] = json!(made.token);
        }
        tokio::spawn(door.serve());
    }
    println!("{first}");
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match serde_json::from_str(&line) {
            Ok(command) => obey(&mut world, &command).await,
            Err(error) => Err(usage(error)),
        };
        println!("{}", answer.unwrap_or_else(|problem| json!({"error": problem})));
    }
    world.engine().close().await;
    Ok(())
}

/// Two hours of a day that goes up and down a little, so that charts have something to draw.
async fn make_history(world: &World, history: Span) -> Result<(), Problem> {
    let interval = world.engine().settings().collect.interval;
    let rounds = history.as_millis() / interval.as_millis().max(1);
    for round in 0..rounds {
        let wave = (round as f64 / 17.0).sin() + (round as f64 / 5.3).sin() * 0.4;
        world.set("host.cpu.usage", 22.0 + wave * 11.0);
        world.set("host.load.1m", 1.2 + wave * 0.5);
        world.set("host.memory.usage", 48.0 + (round as f64 / 60.0).sin() * 6.0);
        world.set("host.network.received", 180_000.0 + wave * 90_000.0);
        world.set("host.disk.written", 900_000.0 + wave * 400_000.0);
        world.set("host.temperature", 48.0 + wave * 3.0);
        world.set("host.gpu.usage", 14.0 + wave * 9.0);
        world.clock.advance(interval);
        world.round().await?;
    }
    world.round().await.map(drop)
}

/// Does what a line asks; answers with the state afterwards.
async fn obey(world: &mut World, command: &Value) -> Result<Value, Problem> {
    let fields = command.as_object().ok_or_else(|| usage("a command is an object"))?;
    for (name, value) in fields {
        let text = || value.as_str().ok_or_else(|| usage(format!("`{name}` takes a text")));
        match name.as_str() {
            "set" => {
                for (series, figure) in value.as_object().into_iter().flatten() {
                    let figure = figure.as_f64().ok_or_else(|| usage(format!("`{series}` takes a number")))?;
                    world.set(series, figure);
                }
            }
            "remove" => world.machine.remove(text()?),
            "round" => {
                step(world, world.engine().settings().collect.interval).await?;
            }
            "advance" => world.pass(span(text()?)?).await?,
            "sleep" => world.clock.sleep_machine(span(text()?)?),
            "step" => world.clock.step(signed(text()?)?),
            "fail" => part(world, text()?, Health::Failing)?,
            "heal" => part(world, text()?, Health::Working)?,
            "configure" => {
                world.configure(text()?)?;
                world.engine().reload().await?;
            }
            "listen" => {
                for (usual, actual) in value.as_object().into_iter().flatten() {
                    let actual = actual.as_str().ok_or_else(|| usage("`listen` takes addresses"))?;
                    world.egress.listen(address(usual)?, address(actual)?);
                }
            }
            "log" => {
                let record: WrittenLine = serde_json::from_value(value.clone()).map_err(usage)?;
                world.records.write(world.clock.moment().wall, record.level, &record.source, &record.message);
            }
            "install" => world.records.install(world.clock.moment().wall, text()?),
            "folder" => {
                for (mount, folder) in value.as_object().into_iter().flatten() {
                    world.folders.put(mount, folder.as_str().ok_or_else(|| usage("`folder` takes paths"))?);
                }
            }
            "variable" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    world.variables.set(name, value.as_str().ok_or_else(|| usage("`variable` takes texts"))?);
                }
            }
            "survey" => world.engine().survey_due().await?,
            "hang_up" => world.egress.hang_up(address(text()?)?),
            "watchers" => return Ok(json!({"watchers": world.engine().watchers()})),
            other => return Err(usage(format!("there is no command `{other}`"))),
        }
    }
    world.engine().witness().await?;
    let status = world.status().await?;
    Ok(json!({"state": status.state, "at": status.at, "alerts": status.alerts.len()}))
}

/// A line of a log.
#[derive(Deserialize)]
struct WrittenLine {
    level: RecordLevel,
    source: String,
    message: String,
}

async fn step(world: &World, span: Span) -> Result<caretaker_engine::Judged, Problem> {
    world.clock.advance(span);
    world.round().await
}

fn address(text: &str) -> Result<std::net::SocketAddr, Problem> {
    text.parse().map_err(usage)
}

fn signed(text: &str) -> Result<Span, Problem> {
    match text.strip_prefix('-') {
        Some(back) => span(back).map(|span| Span::ZERO - span),
        None => span(text),
    }
}

fn part(world: &World, name: &str, health: Health) -> Result<(), Problem> {
    if world.machine.health(name, health) { Ok(()) } else { Err(usage(format!("there is no part `{name}`"))) }
}
