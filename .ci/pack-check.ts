// Packs the package as `npm publish` would, into a temporary folder, and checks the tarball: publint, are-the-types-wrong,
// and that no test file got in. Needs a fresh `dist` (`npm run build`).

import assert from 'node:assert/strict'
import { execSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface PackedFile {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

const folder = mkdtempSync(join(tmpdir(), 'failover-pack-'))
try {
  // npm's own warnings go to stderr, so stdout is JSON only.
  const answer = execSync(`npm pack --json --pack-destination "${folder}"`, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [packed]: readonly PackedFile[] = JSON.parse(answer)
  assert(packed, 'npm pack named no file')
  // The examples' own specs are there to be copied.
  const tests = packed.files.filter(
    ({ path }) => !path.startsWith('examples/') && /\.(test|test-d|spec)\.|\/testing\//.test(path),
  )
  assert.deepEqual(tests, [], 'test files are in the package')
  const tarball = join(folder, packed.filename)
  execSync(`publint run "${tarball}" --strict`, { stdio: 'inherit' })
  execSync(`attw "${tarball}" --profile esm-only --format ascii --no-emoji`, { stdio: 'inherit' })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
