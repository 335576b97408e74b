import { app } from 'electron'
import { host } from '../hosts/legal.ts'

export const shell = { app, host }
