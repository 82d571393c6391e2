import { referenceCrossDcSettings } from '../model/crossdc-settings.ts'

/** The URL paths of the receivers on both sides; constants of the toolkit that operator parameters can change. */
export interface PeerPaths {
  /** Of the base port. @default the toolkit's `remoteDataCenterUrlPathForHeartbeatReceiver` */
  readonly heartbeat: string
  /** Of the ports behind it; `*` stands for the channel's number. @default the toolkit's `remoteDataCenterUrlPath` */
  readonly snapshot: string
}

/** The toolkit's own paths (toolkit reference §1.4, rows 22 and 23). */
export const defaultPeerPaths: PeerPaths = {
  heartbeat: referenceCrossDcSettings.remoteDataCenterUrlPathForHeartbeatReceiver,
  snapshot: referenceCrossDcSettings.remoteDataCenterUrlPath,
}

/** The path of the receiver at base port + `portOffset`. */
export function receiverPath(portOffset: number, paths: PeerPaths): string {
  return portOffset === 0 ? paths.heartbeat : paths.snapshot.replaceAll('*', String(portOffset - 1))
}
