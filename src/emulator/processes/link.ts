// The WAN of one pair: both directions in one process.

import { runLinkProcess } from '../links/link-process.ts'

runLinkProcess()
