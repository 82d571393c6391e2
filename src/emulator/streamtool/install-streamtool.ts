import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that stands first on a launch script's PATH. */
export function streamtoolFolder(directory: string): string {
  return join(directory, 'bin')
}

/**
 * Puts the emulator's `streamtool` into a pair's run directory; doing so again, or by two processes at once, is harmless.
 * @returns the folder that it is in
 */
export function installStreamtool(directory: string): string {
  const folder = streamtoolFolder(directory)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Renamed into place: a script may be running the one that is there.
  const draft = join(folder, `.streamtool-${process.pid}`)
  writeFileSync(draft, wrapper(), { mode: 0o755 })
  renameSync(draft, join(folder, 'streamtool'))
  return folder
}

/** A shell's word that means exactly this text. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function wrapper(): string {
  // The same ending as this file's: `.js` in the built package, `.ts` where Node runs the sources.
  const entry = new URL(`../processes/streamtool${extname(import.meta.url)}`, import.meta.url)
  return `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(fileURLToPath(entry))} "$@"\n`
}
