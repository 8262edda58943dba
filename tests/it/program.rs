//! The built program as a process of its own, for the tests that kill it or take its disk away.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use folkmoot::daemon::client::Remote;

/// A daemon that runs on a port of its own choice; it is killed when this is dropped.
pub(crate) struct Program {
    child: Child,
    /// Where it listens, without a slash at the end.
    pub(crate) address: String,
    data: PathBuf,
    // Held open, so that the program never writes into a closed pipe.
    _words: BufReader<ChildStdout>,
}

fn command(config: &Path, data: &Path, log: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_folkmoot"));
    let log = File::create(log).unwrap();
    command.arg("run").arg("--config").arg(config).arg("--data-dir").arg(data);
    command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(log);
    command
}

/// A daemon that is not waited for.
pub(crate) fn spawn(config: &Path, data: &Path, log: &Path) -> Child {
    command(config, data, log).spawn().unwrap()
}

/// A daemon that is expected to give up: how it ended and what it said.
pub(crate) fn refused(config: &Path, data: &Path, log: &Path) -> (ExitStatus, String) {
    let mut child = spawn(config, data, log);
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return (status, std::fs::read_to_string(log).unwrap());
        }
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("it was to give up, but runs: {}", std::fs::read_to_string(log).unwrap());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Program {
    /// Starts it and waits until it serves.
    pub(crate) fn start(config: &Path, data: &Path, log: &Path) -> Self {
        let mut child = command(config, data, log).spawn().unwrap();
        let mut words = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        words.read_line(&mut line).unwrap();
        let address = line.split_whitespace().find(|word| word.starts_with("http://"));
        let Some(address) = address.map(|word| word.trim_end_matches('/').to_owned()) else {
            let _ = (child.kill(), child.wait());
            panic!("it does not start: {line}{}", std::fs::read_to_string(log).unwrap());
        };
        Self { child, address, data: data.to_owned(), _words: words }
    }

    /// Its control socket; the program may need a moment to make it.
    pub(crate) async fn remote(&self) -> Remote {
        for _ in 0..500 {
            if let Some(remote) = Remote::find(&self.data).await {
                return remote;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no control socket after five seconds");
    }

    /// Where it serves, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Status and body of one of its addresses.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let response = reqwest::get(format!("{}{path}", self.address)).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; how long it took to end, and how it ended.
    pub(crate) fn end(mut self) -> (Duration, ExitStatus) {
        let began = Instant::now();
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        (began.elapsed(), status)
    }

    /// The most memory that it ever held, in MB.
    pub(crate) fn peak_megabytes(&self) -> u64 {
        let facts = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = facts.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() / 1024
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = (self.child.kill(), self.child.wait());
    }
}

/// Bytes in a folder and below it.
pub(crate) fn size(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(facts) if facts.is_dir() => size(&entry.path()),
        Ok(facts) => facts.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

/// A small generator of chances (SplitMix64): the same seed gives the same run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % limit
    }
}

/// A number from the environment, or what is usual.
pub(crate) fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}
