//! Other monitors that Debian packages, measured in the same run on the same machine: what one of their updates costs in
//! CPU and what they hold in memory. Only those that are installed; none of them keeps a history and judges it, but netdata.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

use super::Outcome;
use super::options::Options;
use super::process::{Memory, cpu_time, name, tree};
use super::programs::{Running, installed, until};
use super::report::Row;

/// A start is no update.
const SETTLED: Duration = Duration::from_secs(4);
const NAIVE: &str = "A row a sample with text names and an index, 150 series";
/// Where the ones with a web page listen; nobody of ours does.
const EXPORTER: &str = "127.0.0.1:19871";
const NETDATA: &str = "127.0.0.1:19872";

/// A row for each.
pub async fn rows(options: &Options) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (figure, program, measured) in [
        ("node-exporter, a scrape of its default collectors", "prometheus-node-exporter", exporter(options).await),
        ("netdata, a second at its usual settings", "netdata", netdata(options).await),
        ("glances, an update of two figures", "glances", glances(options).await),
        ("btop, an update of its screen", "btop", btop(options).await),
    ] {
        rows.push(match measured {
            Ok(words) => Row::information(figure, words),
            Err(_) if !installed(program) => Row::not_measured(figure, format!("`{program}` is not installed")),
            Err(why) => Row::not_measured(figure, why),
        });
    }
    rows.push(match naive_schema(options).await {
        Ok(words) => Row::information(NAIVE, words),
        Err(why) => Row::not_measured(NAIVE, why),
    });
    Ok(rows)
}

/// 150 series in the table that comes to mind first.
async fn naive_schema(options: &Options) -> Outcome<String> {
    let program = options.programs.join("examples/naive_schema");
    if !program.is_file() {
        return Err("build the example `naive_schema` of caretaker-store first".into());
    }
    let folder = tempfile::tempdir_in(super::storage::scratch())?;
    let output = Command::new(program).arg(folder.path()).arg(options.choose("3", "2")).output().await?;
    let said: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let figure = |name: &str| said[name].as_f64().ok_or_else(|| format!("it says nothing of {name}"));
    let a_sample = figure("bytes")? / figure("samples")?;
    Ok(format!(
        "{a_sample:.0} bytes a sample ({:.0} MB for 30 d), {:.0} MB written a day; a round median {:.2} ms, p99 {:.2} ms; \
         24 h of one series {:.2} ms",
        a_sample * 150.0 * 2_880.0 * 30.0 / 1e6,
        figure("written_a_day")? / 1e6,
        figure("median_ms")?,
        figure("p99_ms")?,
        figure("chart_ms")?
    ))
}

async fn exporter(options: &Options) -> Outcome<String> {
    let mut command = Command::new("prometheus-node-exporter");
    command.arg(format!("--web.listen-address={EXPORTER}"));
    let running = started(command)?;
    until("node-exporter", async || get(EXPORTER, "/metrics").await.ok()).await?;
    let scrapes = options.choose(200, 50);
    let before = cpu_of(running.pid());
    for _ in 0..scrapes {
        get(EXPORTER, "/metrics").await?;
    }
    words(running, before, f64::from(scrapes), "scrapes").await
}

async fn netdata(options: &Options) -> Outcome<String> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    for name in ["cache", "lib", "log", "etc"] {
        std::fs::create_dir_all(at(name))?;
    }
    let settings = format!(
        "[global]\nrun as user = root\n[directories]\ncache = {0}/cache\nlib = {0}/lib\nlog = {0}/log\nconfig = {0}/etc\n\
         [web]\nbind to = {NETDATA}\n[cloud]\nenabled = no\n[registry]\nenabled = no\n",
        folder.path().display()
    );
    write(&at("netdata.conf"), &settings)?;
    write(&at("etc/.opt-out-from-anonymous-statistics"), "")?;
    let mut command = Command::new("netdata");
    command.arg("-D").arg("-c").arg(at("netdata.conf")).env("DISABLE_TELEMETRY", "1");
    let running = started(command)?;
    until("netdata", async || get(NETDATA, "/api/v1/info").await.ok()).await?;
    tokio::time::sleep(SETTLED).await;
    let seconds = options.choose(30, 10);
    let before = cpu_of(running.pid());
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    words(running, before, seconds as f64, "times 1 s").await
}

async fn glances(options: &Options) -> Outcome<String> {
    let mut command = Command::new("glances");
    command.args(["--stdout", "cpu.user,mem.used", "--time", "2", "--disable-check-update"]);
    updates(started(command)?, options, 2).await
}

/// Draws on a terminal that nobody sees.
async fn btop(options: &Options) -> Outcome<String> {
    if !installed("btop") {
        return Err("`btop` is not installed".into());
    }
    let mut command = Command::new("script");
    command.args(["-qfc", "stty cols 160 rows 45; exec btop --utf-force", "/dev/null"]).env("TERM", "xterm-256color");
    updates(started(command)?, options, 2).await
}

/// Of a program that works every so many seconds by itself.
async fn updates(running: Running, options: &Options, every: u64) -> Outcome<String> {
    tokio::time::sleep(SETTLED).await;
    let updates = options.choose(15, 5);
    let before = cpu_of(running.pid());
    if before.is_zero() {
        return Err("it has ended at once".into());
    }
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(updates * every)).await;
    words(running, before, begun.elapsed().as_secs_f64() / every as f64, "updates").await
}

fn started(mut command: Command) -> Outcome<Running> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    Ok(Running(command.spawn()?))
}

/// What it cost since `before`, told for each of `count`; ends it.
async fn words(running: Running, before: Duration, count: f64, what: &str) -> Outcome<String> {
    let pids = monitor(running.pid());
    let (cpu, memory) = (cpu_of(running.pid()), Memory::of(&pids).ok_or("it has ended")?);
    running.stop().await?;
    let each = cpu.saturating_sub(before).as_secs_f64() * 1e3 / count;
    let (proportional, dirty) = memory.megabytes();
    let processes = if memory.processes == 1 { "process" } else { "processes" };
    Ok(format!(
        "{each:.2} ms CPU, {count:.0} {what}; {proportional:.1} MB PSS, {dirty:.1} MB private dirty in {} {processes}",
        memory.processes
    ))
}

/// The processes of a monitor, without the terminal around it.
fn monitor(root: u32) -> Vec<u32> {
    tree(root).into_iter().filter(|pid| !matches!(name(*pid).as_str(), "script" | "sh" | "bash" | "dash")).collect()
}

fn cpu_of(root: u32) -> Duration {
    monitor(root).into_iter().filter_map(cpu_time).sum()
}

async fn get(address: &str, path: &str) -> Outcome<usize> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if answer.starts_with(b"HTTP/1.1 200") { Ok(answer.len()) } else { Err("it answered something else".into()) }
}

fn write(path: &Path, text: &str) -> Outcome<()> {
    Ok(caretaker_platform::files::write_atomic(path, text.as_bytes(), 0o600)?)
}
