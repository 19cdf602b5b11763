import { sameValue } from "../plan/same-value.ts";
import type { World } from "../world.ts";

/** Something that was asked of the machine, and what it said. */
export interface Question {
  readonly ask: Ask;
  readonly about: string;
  readonly answer: unknown;
}

type Ask = "expandUser" | "isDirectory" | "findUser" | "findGroup" | "readEnvFile";

/** The same world, which notes what it is asked. */
export function questioned(world: World, questions: Question[]): World {
  const noted =
    <K extends Ask>(ask: K) =>
    (about: string): ReturnType<World[K]> => {
      const answer = world[ask](about) as ReturnType<World[K]>;
      questions.push({ ask, about, answer });
      return answer;
    };
  return {
    ...world,
    expandUser: noted("expandUser"),
    isDirectory: noted("isDirectory"),
    findUser: noted("findUser"),
    findGroup: noted("findGroup"),
    readEnvFile: noted("readEnvFile"),
  };
}

/** Asks again, in the same order: a file that is asked for is one of the files of the config, whatever is in it. */
export function sameAnswers(world: World, questions: readonly Question[]): boolean {
  return questions.every(({ ask, about, answer }) => sameValue(world[ask](about), answer));
}

/** What the world says unasked, as text. `listeners` is not for programs, and changes with each edit. */
export function givenBy({ env, here, cwd, hostNodeName }: World): string {
  return JSON.stringify([Object.entries(env), here, cwd, hostNodeName]);
}
