//! `/metrics` as the real Prometheus reads it.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use crate::http::{request, send};
use crate::open::Open;
use crate::program::{Program, door, free_port, wait_until};

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[tokio::test]
async fn promtool_finds_nothing_to_complain_about() {
    let open = Open::new().await;
    let page = open.ask(&open.read, "GET", "/metrics", "").await;
    assert_eq!(page.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool, of Debian's package `prometheus`");
    promtool.stdin.take().unwrap().write_all(&page.body).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.is_empty(), "{said}\n{}", page.text());
}

#[tokio::test]
async fn values_too_old_to_be_true_are_left_out() {
    let open = Open::new().await;
    let cpu = "\ncaretaker_host_cpu_usage_percent ";
    assert!(open.ask(&open.read, "GET", "/metrics", "").await.text().contains(cpu));
    open.world.clock.advance(caretaker_core::time::Span::from_minutes(5));
    let page = open.ask(&open.read, "GET", "/metrics", "").await.text();
    assert!(!page.contains(cpu) && page.contains("\ncaretaker_last_round_timestamp_seconds "), "{page}");
    let ready = open.ask(&open.read, "GET", "/health/ready", "").await;
    assert_eq!((ready.status, ready.json()["state"].as_str()), (503, Some("critical")));
    assert_eq!(open.ask(&open.read, "GET", "/health/live", "").await.status, 200);
}

#[tokio::test]
async fn a_real_prometheus_scrapes_it_with_the_token() {
    let (port, web) = (free_port(), free_port());
    let program = Program::start(&format!("[api]\nenabled = true\nlisten = \"127.0.0.1:{port}\"\n"));
    let token = program.beside("token", &program.token("--read"));
    let configuration = program.beside(
        "prometheus.yml",
        &format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n  - job_name: caretaker\n    authorization: {{credentials_file: {}}}\n    \
             static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n",
            token.display()
        ),
    );
    let storage = program.beside("unused", "").with_file_name("prometheus");
    let child = Command::new("prometheus")
        .arg(format!("--config.file={}", configuration.display()))
        .arg(format!("--storage.tsdb.path={}", storage.display()))
        .arg(format!("--web.listen-address=127.0.0.1:{web}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("prometheus, of Debian's package `prometheus`");
    let _ended = Ended(child);
    let asked = |query: &str| request("GET", &format!("/api/v1/query?query={query}"), &[], "");
    wait_until("a scrape", async || {
        if tokio::net::TcpStream::connect(door(web)).await.is_err() {
            return false;
        }
        let text = send(door(web), &asked("up")).await.text();
        text.contains("\"job\":\"caretaker\"") && text.contains(",\"1\"]")
    })
    .await;
    for name in ["caretaker_host_memory_total_bytes", "caretaker_rounds_seconds_count", "caretaker_http_requests_total"]
    {
        let answer = send(door(web), &asked(name)).await;
        let value = answer.json()["data"]["result"][0]["value"][1].as_str().map(|text| text.parse::<f64>().unwrap());
        assert!(value.is_some_and(|value| value > 0.0), "{name}: {}", answer.text());
    }
}
