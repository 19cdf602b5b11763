/**
 * What the keeper does with the backups of a log while somebody looks for them: `before` is called right before the name of a certain
 * number is made. For `vi.mock` of `src/files/backup-name.ts`, with all that the module has.
 */
export const meanwhile = { before: (_number: number): void => undefined };

export function watched<Module extends { backupName(path: string, number: number): string }>(real: Module): Module {
  return {
    ...real,
    backupName(path: string, number: number): string {
      meanwhile.before(number);
      return real.backupName(path, number);
    },
  };
}
