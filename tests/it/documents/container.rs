//! The Dockerfile and the documented `docker` commands, without building the image.

use super::command_line::flags_of_help;
use super::markdown::blocks;
use super::{documents, file};
use crate::support::process::{Server, binary};

fn all_commands() -> Vec<String> {
    documents().iter().flat_map(|document| blocks(document)).flat_map(|block| block.commands()).collect()
}

#[test]
fn the_docker_commands_use_the_port_and_flags_of_the_image() {
    let dockerfile = file("Dockerfile");
    let port = dockerfile.lines().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap();
    assert!(dockerfile.contains(&format!("ENV CORTEX_MOCK_LISTEN=0.0.0.0:{port}\n")));
    let flags: Vec<String> =
        flags_of_help().iter().map(|flag| flag.name.split(' ').next().unwrap().to_owned()).collect();
    let runs: Vec<String> = all_commands().into_iter().filter(|command| command.starts_with("docker run")).collect();
    assert!(!runs.is_empty());
    for command in runs {
        let (options, arguments) = command.split_once(" cortex-audit-mock").expect("the image has the binary's name");
        assert!(options.contains(&format!("-p 8080:{port}")), "{command}");
        for flag in arguments.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(flags.iter().any(|known| known == flag), "{flag} in {command}");
        }
    }
}

#[test]
fn the_image_runs_the_binary_as_nobody_with_its_own_healthcheck() {
    let dockerfile = file("Dockerfile");
    let (_, image) = dockerfile.split_once("\nFROM scratch\n").expect("the last stage starts empty");
    let server = Server::start(&[]);
    let check = image.lines().find(|line| line.starts_with("HEALTHCHECK ")).unwrap();
    let (_, command) = check.split_once("CMD ").unwrap();
    let command: Vec<String> = serde_json::from_str(command).unwrap();
    assert_eq!(command[0], "/cortex-audit-mock");
    let arguments = command[1..].iter().map(String::as_str);
    binary(arguments).env("CORTEX_MOCK_LISTEN", server.address()).run().succeeded();
    let user = image.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    assert!(image.contains("\nENTRYPOINT [\"/cortex-audit-mock\"]\n"));
}
