//! A real server for the tests of this module.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

/// A server of this test alone, reached by its socket; it ends with the test.
pub struct Server {
    folder: tempfile::TempDir,
    programs: PathBuf,
}

impl Server {
    /// None where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        Self::start_with("")
    }

    /// The same with more options of the server.
    pub fn start_with(more: &str) -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
        let programs = versions.map(|entry| entry.path().join("bin")).find(|bin| bin.join("initdb").is_file())?;
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let server = Self { folder, programs };
        std::io::Write::write_all(&mut std::fs::File::create(server.path("password")).unwrap(), b"pa55\n").unwrap();
        let data = server.text("data");
        let password = format!("--pwfile={}", server.text("password"));
        server.run(
            "initdb",
            &["-D", &data, "-U", "postgres", "--auth=scram-sha-256", &password, "--no-sync", "-E", "UTF8"],
        );
        let options = format!("-c listen_addresses='' -c fsync=off -k {} {more}", server.folder.path().display());
        server.run("pg_ctl", &["-D", &data, "-w", "-l", &server.text("log"), "-o", &options, "start"]);
        Some(server)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// The server does not run as root.
    pub fn run(&self, program: &str, words: &[&str]) {
        let mut command = Command::new(self.programs.join(program));
        command.args(words).current_dir("/").stdout(std::process::Stdio::null());
        if rustix::process::geteuid().is_root() {
            let id = |flag: &str| {
                let said = Command::new("id").args([flag, "postgres"]).output().unwrap().stdout;
                String::from_utf8(said).unwrap().trim().parse().unwrap()
            };
            command.gid(id("-g")).uid(id("-u"));
        }
        assert!(command.status().unwrap().success(), "{program} failed");
    }

    pub fn address(&self, database: &str) -> String {
        format!("postgres://postgres:pa55@/{database}?host={}", self.folder.path().display())
    }

    pub fn ask(&self, database: &str, statements: &str) -> String {
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", &self.address(database), "-c", statements])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A database with tables of all kinds.
    pub fn board(&self) {
        self.ask("postgres", "CREATE DATABASE board");
        self.ask(
            "board",
            "CREATE TABLE letter (id serial PRIMARY KEY, text text);
             INSERT INTO letter (text) SELECT 'letter ' || i FROM generate_series(1, 500) i;
             CREATE SCHEMA \"odd one\"; CREATE TABLE \"odd one\".\"a \"\"b\"\"\" (x int); INSERT INTO \"odd one\".\"a \"\"b\"\"\" VALUES (1), (2);
             CREATE TABLE part (day int) PARTITION BY RANGE (day);
             CREATE TABLE part_one PARTITION OF part FOR VALUES FROM (0) TO (10); INSERT INTO part VALUES (3);
             CREATE VIEW v AS SELECT 1;",
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.text("data");
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "stop"]);
    }
}
