//! Plans as comments on pull requests.

use infra_core::{Stack, output};
use infra_plan::{COMMENT_LIMIT, Plan, markdown};
use infra_testing::World;
use infra_tests::{Fleet, Machine, Net, Part, Vault};
use serde_json::json;

fn text(plan: &Plan) -> String {
    markdown(plan, "infra plan web", COMMENT_LIMIT)
}

fn program(range: &'static str, script: &'static str) -> impl Fn(&Stack) {
    move |stack| {
        let net = Net::new("net").range(range).add(stack);
        let part = Part::new("part").net(&net).range("10.0.1.0/24").add(stack);
        Vault::new("keys").password("hunter2").label(script).add(stack);
        let machine = Machine::new("m").part(&part).script(script).add(stack);
        if script == "serve" {
            Fleet::new("fleet").image("one").add(stack);
        }
        stack.export("address", output!("http://{}/", machine.address()));
    }
}

#[test]
fn a_plan_is_a_table_and_what_can_be_unfolded() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", "serve"), json!({})).complete();
    let after = program("10.1.0.0/16", "```\n<b>serve</b> --fast\n```\n");
    insta::assert_snapshot!(text(&world.plan(&after, json!({})).unwrap()), @r#"
### Plan for `test`: 1 to change, 3 to replace, 1 to delete

|   | resource | type | what happens |
|---|---|---|---|
| `±` | `net` | Net | replaced: range changes |
| `±` | `part` | Part | replaced: net changes, since net is replaced (starts with net.range) |
| `~` | `keys` | Vault | changed: label |
| `±` | `m` | Machine | replaced: part changes, since part is replaced (starts with net.range) |
| `-` | `fleet` | Fleet | **deleted** |

<details><summary><code>±</code> Net <b>net</b>: replaced: range changes</summary>

```diff
! range  "10.0.0.0/16" → "10.1.0.0/16"  # cannot change in place
```

</details>

<details><summary><code>±</code> Part <b>part</b>: replaced: net changes, since net is replaced (starts with net.range)</summary>

```diff
! net  "net-1" → (known after apply: net.id)  # cannot change in place
```

</details>

<details><summary><code>~</code> Vault <b>keys</b></summary>

````diff
  label
-   serve
+   ```
+   <b>serve</b> --fast
+   ```
````

</details>

<details><summary><code>±</code> Machine <b>m</b>: replaced: part changes, since part is replaced (starts with net.range)</summary>

````diff
! part    "part-4" → (known after apply: part.id)  # cannot change in place
  script
-   serve
+   ```
+   <b>serve</b> --fast
+   ```
````

</details>

<details><summary>Outputs</summary>

```diff
!     ~ address  "http://machine-5.address/" → "http://${m.address}/" (known after apply)
```

</details>
"#);
}

#[test]
fn nothing_to_do_is_a_line() {
    let mut world = World::new();
    world.deploy(&program("10.0.0.0/16", "serve"), json!({})).complete();
    assert_eq!(text(&world.plan(&program("10.0.0.0/16", "serve"), json!({})).unwrap()), "### Plan for `test`: nothing to do\n");
}

#[test]
fn what_github_does_not_take_is_cut_and_said() {
    let many = |stack: &Stack| {
        for number in 0..3_000 {
            Net::new(format!("net-{number}")).range("10.0.0.0/16").add(stack);
        }
    };
    let plan = World::new().plan(&many, json!({})).unwrap();
    let text = text(&plan);
    assert!(text.len() <= COMMENT_LIMIT, "{}", text.len());
    assert!(text.len() > COMMENT_LIMIT * 9 / 10, "{}", text.len());
    let rows = text.matches("| created |").count();
    let details = text.matches("<details>").count();
    let said = format!("{} lines of the table, the details of {} resources. `infra plan web` shows all.", 3_000 - rows, 3_000 - details);
    assert!(text.ends_with(&format!("{said}\n")), "{}", text.lines().last().unwrap());
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert!(rows > 100 && details > 100, "{rows} {details}");
}

#[test]
fn no_secret_is_in_a_comment() {
    let mut world = World::new();
    let first = world.plan(&program("10.0.0.0/16", "serve"), json!({})).unwrap();
    assert!(text(&first).contains("password  (secret)"));
    assert!(!text(&first).contains("hunter2"));
    world.deploy(&program("10.0.0.0/16", "serve"), json!({})).complete();
}
