// The management of one datacenter: its REST Management API and its Data Exchange service. Jobs run in processes of their own.

import { runDatacenterProcess } from '../datacenter/datacenter-process.ts'

runDatacenterProcess()
