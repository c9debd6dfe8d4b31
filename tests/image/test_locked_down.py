"""What nobody can do at a kiosk: other screens, restarts, rights, the network, the disk."""

import pytest

pytestmark = pytest.mark.machine_tests


@pytest.fixture
def machine(boot):
    return boot().up()


def test_nothing_of_the_kiosk_is_open(machine):
    out, _ = machine.run("cat /proc/sys/kernel/sysrq /proc/sys/kernel/ctrl-alt-del")
    assert out.split() == ["0", "0"]
    out, _ = machine.run("find / -xdev -type f -perm /6000 | head")
    assert out.strip() == ""
    out, _ = machine.run("cut -d: -f1,2 /etc/shadow | grep -v ':[!*]'")
    assert out.strip() == "", "everybody's password is locked"
    out, _ = machine.run("grep -E ' (/data|/efi|/tmp|/run) ' /proc/mounts")
    for line in out.strip().splitlines():
        assert {"nosuid", "nodev", "noexec"} <= set(line.split()[3].split(",")), line
    out, _ = machine.run("stat -c %a /run/station/run/supervisor.sock /data/station/secrets.json")
    assert out.split() == ["700", "640"]
    out, _ = machine.run("nft list ruleset | grep -c 'policy drop'")
    assert out.strip() == "2"
    out, _ = machine.run("ls /bin/*ssh* /usr/sbin/*getty* /usr/bin/sudo 2> /dev/null")
    assert out.strip() == ""


def test_each_program_has_a_user_of_its_own_and_none_of_them_is_root(machine):
    out, _ = machine.run(
        'for p in tokens link input renderers printing replica; do ps -eo user:20,args | grep "station.$p$" | grep -v grep; done'
    )
    users = {line.split()[-1]: line.split()[0] for line in out.strip().splitlines() if "station." in line}
    assert users == {
        "station.tokens": "station-tokens",
        "station.link": "station-link",
        "station.input": "station-input",
        "station.renderers": "station-renderer",
        "station.printing": "station-printing",
        "station.replica": "station-replica",
    }
    out, _ = machine.run("id -nG station-input; id -nG station-renderer")
    assert out.split("\n")[0].split() == ["station", "input"]
    assert set(out.split("\n")[1].split()) == {"station", "video", "audio"}


def test_keys_that_end_other_machines_do_nothing_here(machine):
    for keys in (("ctrl", "alt", "delete"), ("alt", "sysrq", "b"), ("ctrl", "alt", "f2")):
        for down in (True, False):
            events = [
                {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": key}}}
                for key in (keys if down else reversed(keys))
            ]
            for event in events:
                machine.ask("input-send-event", events=[event])
    out, _ = machine.run("sleep 3; cat /sys/class/tty/tty0/active; cut -d. -f1 /proc/uptime")
    assert out.split()[0] == "tty1"
    assert machine.shows_role()
