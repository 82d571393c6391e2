import { readdirSync, readFileSync } from 'node:fs'

/** A process of this machine. */
export interface FoundProcess {
  readonly pid: number
  readonly command: string
}

/** The processes whose environment or command line holds the mark (Linux: /proc). Zombies do not count. */
export function processesMarked(mark: string): readonly FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        if (![command, readFileSync(`/proc/${name}/environ`, 'utf8')].some((text) => text.includes(mark))) return []
        if (/\) Z /.test(readFileSync(`/proc/${name}/stat`, 'utf8'))) return []
        return [{ pid: Number(name), command }]
      } catch {
        // It ended while we looked, or is not ours to look at.
        return []
      }
    })
}

/** The first of the marked processes whose command line matches. @throws Error */
export function findProcess(mark: string, pattern: RegExp): FoundProcess {
  const found = processesMarked(mark).find(({ command }) => pattern.test(command))
  if (found !== undefined) return found
  throw new Error(
    `Expected a process like ${String(pattern)}, got: ${processesMarked(mark)
      .map(({ command }) => command)
      .join('\n')}`,
  )
}
