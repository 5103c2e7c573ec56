//! What every handler must do, whatever it handles.

use std::collections::BTreeMap;
use std::time::Duration;

use infra_apply::{Asked, Condition, Creation, Found, Handler};
use infra_core::program::{Program, Request, Response};
use infra_core::{Expr, Resource, Stack, Tags, Value};
use infra_plan::differences;

use crate::wire;

/// The inputs of the one resource that `declare` adds, as a program would write them; ids stand in clear.
pub(crate) fn inputs(declare: impl Fn(&Stack)) -> Value {
    let request = Request { stack: "wire".into(), environment: "local".into(), ..Request::default() };
    let Response::Graph(graph) = (|stack: &Stack| declare(stack)).run(&request) else { panic!("the declaration is wrong") };
    let fields = graph.nodes[0].inputs.iter().map(|(name, expr)| (name.clone(), expr.evaluate(&|_| Ok(None)).unwrap().value().unwrap()));
    Value::Object(fields.collect())
}

/// A live object of a test, for others to refer to.
pub(crate) struct Made<'a> {
    pub(crate) handler: &'a dyn Handler,
    pub(crate) id: String,
    token: String,
}

impl Made<'_> {
    /// The object as the cloud has it, once it is ready.
    pub(crate) fn read(&self) -> Found {
        wire().runtime.block_on(ready(self.handler, &self.id))
    }

    /// One of its outputs, as text.
    pub(crate) fn output(&self, name: &str) -> String {
        let outputs = self.read().outputs;
        outputs.as_object().unwrap()[name].as_str().unwrap().to_owned()
    }

    /// Ends it and waits until it is gone; a second delete must succeed too.
    pub(crate) fn delete(self) {
        wire().runtime.block_on(async {
            self.handler.delete(&self.id).await.unwrap();
            for _ in 0..200 {
                if self.handler.read(std::slice::from_ref(&self.id)).await.unwrap().is_empty() {
                    return self.handler.delete(&self.id).await.expect("gone is success");
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            panic!("{} {} never goes", self.handler.schema().kind, self.id);
        });
    }
}

/// Makes an object, brings what the create call could not say in place by an update, and checks that the cloud then
/// has what was wanted, that `find` finds it by its token, and that nobody else's token does.
pub(crate) fn make<R: Resource>(declare: impl Fn(&Stack)) -> Made<'static> {
    let handler: &dyn Handler = wire().registry.handler(R::KIND).expect("the kind is served").as_ref();
    let want = inputs(declare);
    let token = unique_token();
    let mut tags: Tags = match want.as_object().and_then(|want| want.get("tags")) {
        Some(tags @ Value::Object(_)) => serde_json::from_value(tags.reveal()).unwrap(),
        // Those of a group are blocks, which its handler reads from the inputs.
        _ => Tags::new(),
    };
    tags.insert("infra:token".into(), token.clone());
    tags.insert("infra:stack".into(), "wire".into());
    wire().runtime.block_on(async {
        let id = handler.create(&want, Creation { tags: &tags, token: &token }).await.unwrap();
        assert!(!id.is_empty(), "{} has no id", R::KIND);
        converge(handler, &id, &want).await;
        let found = handler.find(&want, Creation { tags: &tags, token: &token }).await.unwrap();
        assert_eq!(found.as_deref(), Some(id.as_str()), "an interrupted create is found again");
        Made { handler, id, token }
    })
}

/// Makes an object as `first` says, changes it in place to what `then` says, and ends it.
pub(crate) fn live_through<R: Resource>(first: impl Fn(&Stack), then: impl Fn(&Stack)) {
    let made = make::<R>(first);
    change(&made, then);
    made.delete();
}

/// Changes an object in place and checks that the cloud then has what was wanted.
pub(crate) fn change(made: &Made<'_>, declare: impl Fn(&Stack)) {
    let want = inputs(declare);
    wire().runtime.block_on(async {
        let before = ready(made.handler, &made.id).await;
        assert!(!differs(made.handler, &before, &want).is_empty(), "the change of {} changes something", made.token);
        converge(made.handler, &made.id, &want).await;
    });
}

async fn converge(handler: &dyn Handler, id: &str, want: &Value) {
    let have = ready(handler, id).await;
    if !differs(handler, &have, want).is_empty() {
        handler.update(id, &have.inputs, want).await.unwrap();
    }
    let have = ready(handler, id).await;
    assert_eq!(differs(handler, &have, want), Vec::<String>::new(), "{id} is as wanted");
    sparing(handler, id, &have, want).await;
}

/// Checks that a look which asks for less tells the same of what it asks for.
async fn sparing(handler: &dyn Handler, id: &str, have: &Found, want: &Value) {
    let declared: BTreeMap<String, Expr> =
        want.as_object().unwrap().iter().map(|(key, value)| (key.clone(), Expr::Lit(value.clone()))).collect();
    let told = handler.look(&[Asked::declared(id, &declared)]).await.unwrap().remove(0);
    let told_of = |found: &Found| -> BTreeMap<String, Value> {
        let inputs = found.inputs.as_object().unwrap().clone();
        inputs.into_iter().filter(|(input, _)| declared.contains_key(input)).collect()
    };
    assert_eq!(told_of(&told), told_of(have), "{id}: what a program says is told, whatever else is not");
    let present = handler.look(&[Asked::presence(id)]).await.unwrap().remove(0);
    for seen in [&told, &present] {
        assert_eq!((&seen.outputs, &seen.condition), (&have.outputs, &have.condition), "{id}");
    }
}

/// The fields that differ, but for those that the cloud never tells.
fn differs(handler: &dyn Handler, have: &Found, want: &Value) -> Vec<String> {
    let fields: Vec<_> = handler.schema().inputs.iter().filter(|field| !field.write_only).cloned().collect();
    let want: BTreeMap<String, Expr> =
        want.as_object().unwrap().iter().map(|(key, value)| (key.clone(), Expr::Lit(value.clone()))).collect();
    let changes = differences(&fields, have.inputs.as_object().unwrap(), &want, "");
    changes.iter().map(|change| format!("{}: {:?} -> {:?}", change.path, change.old, change.new)).collect()
}

async fn ready(handler: &dyn Handler, id: &str) -> Found {
    for _ in 0..200 {
        let found = handler.read(&[id.to_owned(), "no-such-object".into()]).await.unwrap();
        match found.into_iter().next() {
            Some(found) if found.condition == Condition::Ready => {
                assert_eq!(found.id, id, "read answers with the id it was asked for");
                return found;
            }
            Some(found) => assert!(!matches!(found.condition, Condition::Failed(_)), "{id}: {:?}", found.condition),
            None => {}
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{id} is never ready");
}

fn unique_token() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("wire-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
