import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

let count = 0

/** Writes a file so that a reader sees the old content or the new, never a part. Creates the folder. */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  count += 1
  const temporary = `${path}.${process.pid}-${count}.tmp`
  await mkdir(dirname(path), { recursive: true })
  try {
    await writeFile(temporary, content)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
