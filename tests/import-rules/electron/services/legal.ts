import Database from 'better-sqlite3'
import { CaseSchema } from '../../contract/legal.ts'
import { readCase } from '../../trainer/imaging/legal.ts'

export const services = { database: new Database(':memory:'), readCase, schema: CaseSchema }
