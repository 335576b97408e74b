import { Command } from 'commander'
import { CaseSchema } from '../../contract/legal.ts'
import { services } from '../services/legal.ts'

export const host = { command: new Command(), services, schema: CaseSchema }
