import { isMissing, refusalText } from '../../applications/hosting/file-refusal.ts'
import { readAnswer, type ProbeAnswers, type ProbeMarker } from './probe-marker.ts'
import type { SnapshotFiles } from './snapshot-files.ts'

/** Tries the storage directory with a marker. Where it cannot be written, the directory is read in its place. */
export function probeFiles(files: SnapshotFiles, marker: ProbeMarker): ProbeAnswers {
  const refused = files.write(marker.name, marker.body)
  const read = refused === null ? readBack(files, marker) : answerOf(() => void files.list())
  const deleted = answerOf(() => {
    try {
      files.remove(marker.name)
    } catch (error) {
      // What was never written need not be there, in a directory that is.
      if (refused === null || read !== 'ok' || !isMissing(error)) throw error
    }
  })
  return { write: refused ?? 'ok', read, delete: deleted }
}

function readBack(files: SnapshotFiles, marker: ProbeMarker): string {
  const result = files.read(marker.name)
  if (result.kind === 'error') return result.error
  return readAnswer(marker, result.kind === 'body' ? result.body : null)
}

function answerOf(act: () => void): string {
  try {
    act()
    return 'ok'
  } catch (error) {
    return refusalText(error)
  }
}
