import { execFileSync } from "node:child_process";
import { hostname, userInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { parseGroup, parsePasswd, systemWorld } from "../../src/config/world.ts";

const world = systemWorld("conf/supervisord.conf", { HOME: "/home/me", A: "1" }, "/srv");

describe("systemWorld", () => {
  it("knows folder, host, working directory and environment", () => {
    expect(world).toMatchObject({ here: "/srv/conf", cwd: "/srv", hostNodeName: hostname(), env: { A: "1" } });
  });

  it("finds users by name and by uid, with their group", () => {
    const me = userInfo();
    expect(world.findUser(me.username)).toEqual({ uid: me.uid, gid: me.gid });
    expect(world.findUser(String(me.uid))).toEqual({ uid: me.uid, gid: me.gid });
  });

  it("finds groups by name and by gid", () => {
    const name = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
    expect(world.findGroup(name)).toBe(userInfo().gid);
    expect(world.findGroup(String(userInfo().gid))).toBe(userInfo().gid);
  });

  it.each(["no-such-user", "4294900000", "", "-h", "a b", "../x", "root:x", "-1"])("finds nobody called %j", (name) => {
    expect(world.findUser(name)).toBeNull();
    expect(world.findGroup(name)).toBeNull();
  });

  it.each([
    ["~", "/home/me"],
    ["~/x", "/home/me/x"],
    ["~root/x", `${userInfo().uid === 0 ? userInfo().homedir : "/root"}/x`],
    ["~no-such-user/x", "~no-such-user/x"],
    ["/a/~", "/a/~"],
    ["a~", "a~"],
  ])("expands %s to %s", (path, expected) => {
    expect(world.expandUser(path)).toBe(expected);
  });

  it("tells folders from files", () => {
    expect([world.isDirectory("/"), world.isDirectory("/etc/passwd"), world.isDirectory("/nope")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe("parsePasswd and parseGroup", () => {
  it("skip what is no entry", () => {
    expect(parsePasswd("root:x:0:0:root:/root:/bin/sh\n\n+::::::\nbroken:x\nbad:x:a:0::/:\nme:x:5:6::/me:")).toEqual([
      { name: "root", uid: 0, gid: 0, home: "/root" },
      { name: "me", uid: 5, gid: 6, home: "/me" },
    ]);
    expect(parseGroup("root:x:0:\n+:::\nx\nusers:x:100:a,b")).toEqual([
      { name: "root", gid: 0 },
      { name: "users", gid: 100 },
    ]);
  });
});
