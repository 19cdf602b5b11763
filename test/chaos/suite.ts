import type { ChaosTest } from "./chaos-test.ts";
import { deaths } from "./r1-deaths.ts";
import { killSupervisor } from "./r2-kill-supervisor.ts";
import { killBoth, killKeeper } from "./r3-kill-keeper.ts";
import { exitCodes } from "./r6-exit-codes.ts";
import { lastWords } from "./r7-last-words.ts";
import { stopped } from "./r13-stopped.ts";
import { crashLoop } from "./r15-crash-loop.ts";
import { rotation } from "./l3-rotation.ts";
import { diskFull } from "./l4-disk-full.ts";
import { twoDaemons } from "./c7-two-daemons.ts";
import { fileLimit } from "./c9-file-limit.ts";
import { trees } from "./r10-trees.ts";
import { throughput } from "./l1-throughput.ts";
import { manyWriters } from "./l2-many-writers.ts";
import { bigBoot } from "./c8-boot.ts";
import { mutatedBodies } from "./x1-mutated-bodies.ts";
import { sameAnswers } from "./x2-same-answers.ts";
import { oversized } from "./x3-oversized.ts";
import { connections } from "./x4-connections.ts";
import { xmlBombs } from "./x5-xml-bombs.ts";
import { foreignPages } from "./x6-foreign-pages.ts";
import { passwords } from "./x7-passwords.ts";
import { manyClients } from "./x8-many-clients.ts";
import { listeners } from "./x9-listeners.ts";
import { keeperProtocol } from "./x13-keeper-protocol.ts";
import { escapes } from "./x10-escapes.ts";
import { upgrades } from "./r5-upgrade.ts";
import { pidReuse } from "./r8-pid-reuse.ts";
import { processOne } from "./r9-process-one.ts";
import { outOfMemory } from "./r17-out-of-memory.ts";
import { soak } from "./r16-soak.ts";
import { hungLogs } from "./l6-hung-logs.ts";
import { vanishingLogs } from "./l7-vanishing-logs.ts";
import { oddBytes } from "./l9-odd-bytes.ts";
import { ioErrors } from "./l5-io-errors.ts";
import { capture } from "./l8-capture.ts";
import { ownStreams } from "./l11-own-streams.ts";
import { daemons } from "./r11-daemons.ts";
import { clock } from "./r14-clock.ts";
import { slowFollowers } from "./l10-slow-followers.ts";
import { edits } from "./c2-edits.ts";
import { saves } from "./c3-saves.ts";
import { hostileConfigs } from "./c4-hostile-configs.ts";
import { strictModes } from "./c5-strict-modes.ts";
import { brokenConfigs } from "./c6-broken-configs.ts";
import { history } from "./r12-history.ts";
import { permissions } from "./x11-permissions.ts";
import { privileges } from "./x12-privileges.ts";

/** In the order in which they run: the heart first. */
export const suite: readonly ChaosTest[] = [
  killSupervisor,
  deaths,
  killKeeper,
  killBoth,
  upgrades,
  pidReuse,
  processOne,
  exitCodes,
  lastWords,
  stopped,
  crashLoop,
  outOfMemory,
  soak,
  rotation,
  diskFull,
  ioErrors,
  hungLogs,
  vanishingLogs,
  capture,
  oddBytes,
  slowFollowers,
  ownStreams,
  edits,
  saves,
  hostileConfigs,
  strictModes,
  brokenConfigs,
  twoDaemons,
  fileLimit,
  trees,
  daemons,
  history,
  clock,
  throughput,
  manyWriters,
  bigBoot,
  mutatedBodies,
  sameAnswers,
  oversized,
  connections,
  xmlBombs,
  foreignPages,
  passwords,
  manyClients,
  listeners,
  escapes,
  permissions,
  privileges,
  keeperProtocol,
];
