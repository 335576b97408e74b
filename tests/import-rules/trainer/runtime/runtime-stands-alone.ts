export { trainOn } from '../legal.ts'
