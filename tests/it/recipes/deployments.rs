//! Compose, Kubernetes and the nightly job: the files match the official schemas, and the binary is started with the same
//! arguments and variables, without a container engine.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::linters::Linters;
use super::recipe_copy::RecipeCopy;
use super::{file, repository};
use crate::support::process::{Server, binary, head};

/// The elements of an array of texts.
fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap_or_else(|| panic!("{value}")).iter().map(|text| text.as_str().unwrap()).collect()
}

/// The command of the image's own `HEALTHCHECK`.
fn healthcheck() -> Value {
    let dockerfile = file("Dockerfile");
    let line = dockerfile.lines().find(|line| line.starts_with("HEALTHCHECK ")).unwrap();
    serde_json::from_str(line.split_once("CMD ").unwrap().1).unwrap()
}

#[test]
fn the_demo_has_live_entries_and_minimal_permissions() {
    let Some(linters) = Linters::new() else { return };
    let path = repository("compose.yaml");
    linters.fits("vendor.compose-spec", &path);
    let service = &linters.yaml(&path)[0]["services"]["cortex-audit-mock"];
    assert_eq!(service["read_only"], true);
    assert_eq!(service["cap_drop"], json!(["ALL"]));
    assert_eq!(service["security_opt"], json!(["no-new-privileges:true"]));
    assert_eq!(service["ports"], json!(["127.0.0.1:8080:8080"]));
    let test = &service["healthcheck"]["test"];
    assert_eq!((&test[0], texts(test)[1..].to_vec()), (&json!("CMD"), texts(&healthcheck())));

    let server = Server::start(&texts(&service["command"]));
    let total = || server.logs("pageSize=1")["total"].as_u64().unwrap();
    let before = total();
    let advance = r#"{"by": "10m"}"#;
    let mut connection = server.connect();
    let length = format!("Content-Length: {}\r\n", advance.len());
    connection.send(head("POST", "/__admin/clock/advance", &length) + advance);
    connection.answer().ok();
    assert!(total() > before + 100, "{before}, then {}", total());
}

/// An example is a `#` without a space after it; a comment has one.
#[test]
fn the_commented_examples_of_the_demo_are_valid() {
    let Some(linters) = Linters::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compose.yaml");
    let uncomment = |line: &str| match line.split_once('#') {
        Some((indent, example)) if indent.trim().is_empty() && !example.starts_with([' ', '\n']) => {
            format!("{indent}{example}\n")
        }
        _ => format!("{line}\n"),
    };
    fs::write(&path, file("compose.yaml").lines().map(uncomment).collect::<String>()).unwrap();
    linters.fits("vendor.compose-spec", &path);
    let service = &linters.yaml(&path)[0]["services"]["cortex-audit-mock"];
    let mounts: Vec<&str> = texts(&service["volumes"])
        .into_iter()
        .map(|volume| volume.split_once(':').unwrap().1.strip_suffix(":ro").unwrap())
        .collect();
    assert_eq!(mounts, ["/data/my-logs.json", "/data/keys.json"]);
    let command = texts(&service["command"]);
    let named = command.iter().filter_map(|flag| flag.split_once("=/")).map(|(_, path)| format!("/{path}"));
    assert_eq!(named.collect::<Vec<_>>(), mounts);
    for (name, text) in [("my-logs.json", "[]"), ("keys.json", r#"{"keys": []}"#)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let here = format!("={}/", folder.path().to_str().unwrap());
    let command: Vec<String> = command.iter().map(|flag| flag.replace("=/data/", &here)).collect();
    Server::start(&command.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn the_manifest_fits_the_schemas_of_kubernetes_and_the_restricted_standard() {
    let Some(linters) = Linters::new() else { return };
    let path = repository("recipes/kubernetes.yaml");
    linters.pass("kubernetes-validate", &["--strict"], &path);
    let [_, deployment, service] = &linters.yaml(&path)[..] else { panic!("secret, deployment, service") };
    let pod = &deployment["spec"]["template"]["spec"];
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    let container = &pod["containers"][0];
    let rights = json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
        "capabilities": {"drop": ["ALL"]}});
    assert_eq!(container["securityContext"], rights);
    let user = format!("{}:{}", pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsGroup"]);
    assert!(file("Dockerfile").contains(&format!("\nUSER {user}\n")), "the image's user is {user}");
    let labels = &deployment["spec"]["template"]["metadata"]["labels"];
    assert_eq!(&deployment["spec"]["selector"]["matchLabels"], labels);
    assert_eq!(&service["spec"]["selector"], labels);
    let port = &container["ports"][0];
    assert_eq!(service["spec"]["ports"][0]["targetPort"], port["name"]);
    assert!(file("Dockerfile").contains(&format!("\nEXPOSE {}\n", port["containerPort"])));
}

#[test]
fn the_server_of_the_manifest_answers_its_probes_and_accepts_the_keys_of_the_secret() {
    let Some(linters) = Linters::new() else { return };
    let [secret, deployment, _] = &linters.yaml(&repository("recipes/kubernetes.yaml"))[..] else { panic!("three") };
    let pod = &deployment["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(pod["volumes"][0]["secret"]["secretName"], secret["metadata"]["name"]);
    assert_eq!(pod["volumes"][0]["name"], container["volumeMounts"][0]["name"]);

    let folder = tempfile::tempdir().unwrap();
    for item in pod["volumes"][0]["secret"]["items"].as_array().unwrap() {
        let text = secret["stringData"][item["key"].as_str().unwrap()].as_str().unwrap();
        fs::write(folder.path().join(item["path"].as_str().unwrap()), text).unwrap();
    }
    let mount = container["volumeMounts"][0]["mountPath"].as_str().unwrap();
    let here = |argument: &str| argument.replace(mount, folder.path().to_str().unwrap());
    let arguments: Vec<String> = texts(&container["args"]).into_iter().map(here).collect();
    let variable = &container["env"][0];
    let reference = &variable["valueFrom"]["secretKeyRef"];
    assert_eq!(reference["name"], secret["metadata"]["name"]);
    let token = secret["stringData"][reference["key"].as_str().unwrap()].as_str().unwrap();
    let arguments = arguments.iter().map(String::as_str).chain(["--listen", "127.0.0.1:0"]);
    let server = binary(arguments).env(variable["name"].as_str().unwrap(), token).serve();

    for probe in ["readinessProbe", "livenessProbe"] {
        let request = &container[probe]["httpGet"];
        assert_eq!(request["port"], container["ports"][0]["name"]);
        let mut connection = server.connect();
        let path = request["path"].as_str().unwrap();
        // A probe uses the address of the pod as host.
        connection.send(format!("GET {path} HTTP/1.1\r\nHost: 10.1.2.3:8080\r\nUser-Agent: kube-probe/1.37\r\n\r\n"));
        assert_eq!(connection.answer().status, 200, "{probe}");
    }
    assert_eq!(server.get_as("siem-change-me", "/api/v1/audit-logs").status, 200);
    assert_eq!(server.get_as("no-audit-change-me", "/api/v1/audit-logs").status, 403);
    assert_eq!(server.get_as("mock-admin", "/api/v1/audit-logs").status, 401);
    assert_eq!(server.get_as("wrong", "/__admin/requests").status, 401);
    assert_eq!(server.get_as(token, "/__admin/requests").status, 200);
}

/// Runs the step that compares, with a `gh` that knows the issue in `OPEN` and keeps a new one.
#[test]
fn the_nightly_job_opens_one_issue_when_the_published_document_differs() {
    let Some(linters) = Linters::new() else { return };
    let path = repository("recipes/published-document.yml");
    linters.fits("vendor.github-workflows", &path);
    let workflow = &linters.yaml(&path)[0];
    let steps = workflow["jobs"]["compare"]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["name"] == "Compare").unwrap()["run"].as_str().unwrap();
    let gh = r#"gh() { if [ "$2" = list ]; then echo "$OPEN"; else echo "ISSUE $*"; cat; fi; }"#;
    let published = repository("tests/data/published-openapi.json");
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("openapi.json");
    fs::write(&changed, fs::read_to_string(&published).unwrap().replace("\"default\": 250", "\"default\": 50"))
        .unwrap();
    let run = |document: &Path, open: &str| {
        let variables = [("CORTEX_OPENAPI_URL", document.to_str().unwrap()), ("OPEN", open)];
        RecipeCopy::empty().run(&format!("{gh}\n{step}"), &variables)
    };
    let agrees = run(&published, "");
    agrees.succeeds("0 differences");
    let differs = run(&changed, "");
    differs.fails("1 difference (0 new, 0 gone, 1 changed)");
    let (_, issue) = differs.printed.split_once("ISSUE issue create --title Cortex publishes").unwrap();
    assert!(issue.contains("```\nPAGE-BOUNDS") && issue.contains("document: 50"), "{issue}");
    let known = run(&changed, "7");
    known.fails("PAGE-BOUNDS");
    let missing = run(Path::new("missing.json"), "");
    missing.fails("cannot be read");
    for outcome in [agrees, known, missing] {
        assert!(!outcome.printed.contains("ISSUE"), "{}", outcome.printed);
    }
}
