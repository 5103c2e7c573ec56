//! A cloud that gives the answers a test wrote down: for what no local cloud does.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use infra_apply::{Handler, Registry};
use infra_aws::sdk::{Connection, connect};
use infra_core::Resource;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// A service of AWS's query protocol with fixed answers.
pub(crate) struct Scripted {
    pub(crate) runtime: Runtime,
    registry: Registry,
    script: Arc<Script>,
}

#[derive(Default)]
struct Script {
    answers: Mutex<BTreeMap<String, VecDeque<(u16, String)>>>,
    asked: Mutex<Vec<String>>,
}

impl Scripted {
    /// Answers to operations: what stands inside the result, or an error as `!Code: message`. Several answers to one
    /// operation come in turn; an operation without any gets an empty result.
    pub(crate) fn new(answers: &[(&str, &str)]) -> Scripted {
        let script = Arc::new(Script::default());
        for (operation, answer) in answers {
            let answer = match answer.strip_prefix('!').and_then(|error| error.split_once(": ")) {
                Some((code, message)) => {
                    (400, format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"))
                }
                None => (200, result(operation, answer)),
            };
            script.answers.lock().unwrap().entry((*operation).to_owned()).or_default().push_back(answer);
        }
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::clone(&script);
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&served)));
            }
        });
        let connection = Connection { region: Some("us-west-2".into()), profile: None, role: None, local: Some(endpoint) };
        let mut registry = Registry::new();
        infra_aws::sdk::register(&mut registry, &runtime.block_on(connect(&connection)).unwrap());
        Scripted { runtime, registry, script }
    }

    /// The handler of a type of resource.
    pub(crate) fn handler<R: Resource>(&self) -> &dyn Handler {
        self.registry.handler(R::KIND).unwrap().as_ref()
    }

    /// The operations that were called, in order.
    pub(crate) fn operations(&self) -> Vec<String> {
        self.script.asked.lock().unwrap().iter().map(|body| operation(body).to_owned()).collect()
    }

    /// The arguments of the last call of an operation, as they came.
    pub(crate) fn asked(&self, of: &str) -> String {
        self.script.asked.lock().unwrap().iter().rev().find(|body| operation(body) == of).unwrap().clone()
    }
}

fn result(operation: &str, inside: &str) -> String {
    format!("<{operation}Response><{operation}Result>{inside}</{operation}Result></{operation}Response>")
}

fn operation(body: &str) -> &str {
    body.strip_prefix("Action=").and_then(|rest| rest.split('&').next()).unwrap_or(body)
}

async fn serve(mut stream: TcpStream, script: Arc<Script>) {
    let mut request = Vec::new();
    let body = loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap();
        if read == 0 {
            return;
        }
        request.extend_from_slice(&part[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break body.to_owned();
        }
    };
    let operation = operation(&body).to_owned();
    // EC2 has a form of its own, in which a result stands by itself.
    let is_ec2 = body.contains("Version=2016-11-15");
    script.asked.lock().unwrap().push(body);
    let answer = script.answers.lock().unwrap().get_mut(&operation).and_then(VecDeque::pop_front);
    let (status, answer) = answer.unwrap_or_else(|| (200, result(&operation, "")));
    let answer =
        if is_ec2 { answer.replace(&format!("<{operation}Result>"), "").replace(&format!("</{operation}Result>"), "") } else { answer };
    let head = format!("HTTP/1.1 {status} -\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
    stream.write_all((head + &answer).as_bytes()).await.unwrap();
}
