// Nothing in src/page/ may use what a script of the page can change: a global name, a method or a
// getter of a prototype, or syntax that looks such up. All of it is copied by intrinsics.ts and
// dom.ts before the document has run anything, and reached through those copies.
//     node tools/lint-page.mjs [FOLDER]

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const SHIM = fileURLToPath(new URL('..', import.meta.url));

/** They take the copies, and run while nobody else has. */
const BEFORE = ['intrinsics.ts', 'dom.ts', 'main.ts'];

/** Cannot be changed, or is nobody's: `window` is fixed, the others are data of an object's own. */
const ALLOWED_NAMES = new Set(['undefined', 'window']);
const ALLOWED_MEMBERS = new Set([
  'Array.length',
  'ReadonlyArray.length',
  'String.length',
  'Error.message',
  'IteratorYieldResult.done',
  'IteratorYieldResult.value',
  'IteratorReturnResult.done',
  'IteratorReturnResult.value',
]);

const SYNTAX = new Map([
  [ts.SyntaxKind.ForOfStatement, 'for-of'],
  [ts.SyntaxKind.ForInStatement, 'for-in'],
  [ts.SyntaxKind.SpreadElement, 'a spread'],
  [ts.SyntaxKind.ArrayBindingPattern, 'destructuring of an array'],
  [ts.SyntaxKind.AwaitExpression, 'await'],
  [ts.SyntaxKind.AsyncKeyword, 'async'],
  [ts.SyntaxKind.YieldExpression, 'yield'],
  [ts.SyntaxKind.InKeyword, 'in'],
  [ts.SyntaxKind.RegularExpressionLiteral, 'a regular expression'],
  [ts.SyntaxKind.TaggedTemplateExpression, 'a tagged template'],
]);

const PRIMITIVE =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.BigIntLike;

function isForeign(symbol) {
  const files = (symbol.declarations ?? []).map((declaration) => declaration.getSourceFile());
  return files.length > 0 && files.every((file) => file.isDeclarationFile);
}

function ownerOf(symbol) {
  return symbol.declarations?.[0]?.parent?.name?.text ?? '';
}

class Walk {
  found = [];

  constructor(checker, file) {
    this.checker = checker;
    this.file = file;
  }

  say(node, what) {
    const { line } = this.file.getLineAndCharacterOfPosition(node.getStart());
    this.found.push(`${this.file.fileName}:${line + 1}: ${what}`);
  }

  visit(node) {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node))
      return;
    // A class is made while nobody else has run.
    if (ts.isHeritageClause(node)) return;
    const syntax = SYNTAX.get(node.kind);
    if (syntax !== undefined) this.say(node, `${syntax} looks up what a page can change`);
    if (ts.isIdentifier(node)) this.name(node);
    else if (ts.isPropertyAccessExpression(node)) this.member(node.name);
    else if (ts.isBindingElement(node)) this.binding(node);
    else if (ts.isBinaryExpression(node)) this.binary(node);
    else if (ts.isTemplateSpan(node)) this.template(node.expression);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  name(node) {
    const { parent } = node;
    const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
    if (isMember || (ts.isPropertyAssignment(parent) && parent.name === node)) return;
    const symbol = this.checker.getSymbolAtLocation(node);
    if (symbol === undefined || !isForeign(symbol) || ALLOWED_NAMES.has(node.text)) return;
    if (symbol.flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Function))
      this.say(node, `the global name ${node.text}: take a copy in intrinsics.ts`);
  }

  member(name) {
    const symbol = this.checker.getSymbolAtLocation(name);
    if (symbol === undefined || !isForeign(symbol)) return;
    const member = `${ownerOf(symbol)}.${name.text}`;
    if (!ALLOWED_MEMBERS.has(member)) this.say(name, `${member}: take a copy in intrinsics.ts`);
  }

  binding(node) {
    const key = node.propertyName ?? node.name;
    if (!ts.isObjectBindingPattern(node.parent) || !ts.isIdentifier(key)) return;
    const symbol = this.checker.getTypeAtLocation(node.parent).getProperty(key.text);
    if (symbol === undefined || !isForeign(symbol)) return;
    const member = `${ownerOf(symbol)}.${key.text}`;
    if (!ALLOWED_MEMBERS.has(member)) this.say(node, `${member}: take a copy in intrinsics.ts`);
  }

  binary({ left, operatorToken, right }) {
    if (operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword) {
      const symbol = this.checker.getSymbolAtLocation(right);
      const made =
        symbol?.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
      if (!made || !(made.flags & ts.SymbolFlags.Class) || isForeign(made))
        this.say(right, 'instanceof asks the class, which the page can reach');
    }
    const assigns = operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (assigns && ts.isElementAccessExpression(left)) this.element(left);
    if (assigns && ts.isArrayLiteralExpression(left)) this.say(left, 'destructuring of an array');
  }

  element(node) {
    const type = this.checker.getTypeAtLocation(node.expression);
    if (this.checker.isArrayLikeType(type))
      this.say(node, 'a new element of an array can meet a setter on Array.prototype: use list()');
  }

  template(node) {
    const type = this.checker.getTypeAtLocation(node);
    const parts = type.isUnion() ? type.types : [type];
    if (!parts.every((part) => part.flags & PRIMITIVE)) this.say(node, 'a template of an object');
  }
}

export function lint(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const paths = names.map((name) => join(folder, name));
  const { config } = ts.readConfigFile(join(SHIM, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, SHIM);
  const program = ts.createProgram(paths, { ...options, noEmit: true });
  return paths
    .filter((path, i) => !BEFORE.includes(names[i]))
    .flatMap((path) => {
      const walk = new Walk(program.getTypeChecker(), program.getSourceFile(path));
      walk.visit(walk.file);
      return walk.found;
    });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = lint(process.argv[2] ?? join(SHIM, 'src/page'));
  for (const line of found) console.log(line);
  process.exitCode = found.length > 0 ? 1 : 0;
}
