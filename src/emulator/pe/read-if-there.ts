import { readFileSync } from 'node:fs'

/** A file's text; null where there is none or it cannot be read. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'errno' in error) return null
    throw error
  }
}
