//! A small HTTP server on port 0 that answers as each test wants, badly where that is the point.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What is done with one request.
#[derive(Clone)]
pub(crate) enum Answer {
    /// These bytes, head and all, then the connection is closed.
    Raw(Vec<u8>),
    /// The head and a body without end.
    Endless,
    /// Nothing, for as long as the client waits.
    Silent,
    /// A good head, and then a byte every tenth of a second.
    Drip,
    /// Header lines without end.
    Headers,
}

type Handler = dyn Fn(&Seen) -> Answer + Send + Sync;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    /// As far as Content-Length says.
    pub(crate) body: String,
}

pub(crate) struct FeedServer {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for FeedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An answer with status, headers and body.
pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut bytes =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        bytes.push_str(&format!("{name}: {value}\r\n"));
    }
    bytes.push_str("\r\n");
    Answer::Raw([bytes.as_bytes(), body].concat())
}

impl FeedServer {
    pub(crate) async fn start(handler: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_on("127.0.0.1", handler).await
    }

    /// The same on an address of its own, so that it counts as a host of its own.
    pub(crate) async fn start_on(
        host: &str,
        handler: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, handler): (_, Arc<Handler>) = (seen.clone(), Arc::new(handler));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, log.clone(), handler.clone()));
            }
        });
        Self { address, seen, task }
    }

    pub(crate) fn url(&self, path: &str) -> url::Url {
        url::Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, log: Arc<Mutex<Vec<Seen>>>, handler: Arc<Handler>) {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut lines = text.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or("").to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let headers: HashMap<String, String> = headers;
    let length: usize = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    let end = head.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0) + 4;
    while head.len() < end + length {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => head.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let body = String::from_utf8_lossy(&head[end..]).into_owned();
    let seen = Seen { path, headers, body };
    log.lock().unwrap().push(seen.clone());
    match handler(&seen) {
        Answer::Raw(bytes) => drop(stream.write_all(&bytes).await),
        Answer::Endless => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
            // Bounded, should the client not hang up: far beyond any cap under test.
            for _ in 0..20_000 {
                if stream.write_all(&[b'x'; 4096]).await.is_err() {
                    return;
                }
            }
        }
        Answer::Drip => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
            for _ in 0..6_000 {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                if stream.write_all(b" ").await.is_err() {
                    return;
                }
            }
        }
        Answer::Headers => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
            for number in 0..200_000 {
                let line = format!("X-Flood-{number}: {}\r\n", "x".repeat(200));
                if stream.write_all(line.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
        Answer::Silent => drop(stream.read(&mut buffer).await),
    }
}
