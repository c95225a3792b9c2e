// Makes one small file of what tsc compiled: build/gmewatch.mjs for bundlers and browsers, build/gmewatch.cjs for require() and mini games.
// build/gme.mjs and .cjs are the adapter for GME, as it is.
//
// Names at the top of the modules are unique, so the modules stand one behind the other; a second one of a name does not parse. A name
// that is declared in the sources is shortened, to the same name wherever it stands, if nothing but these sources can see it: it is no
// name of a property (but of a private one), no global and no part of a text.
import { readFileSync, writeFileSync } from "node:fs";
import { Script } from "node:vm";
import ts from "typescript";

const MODULES = new URL("build/modules/", import.meta.url);
const LICENSE = "// gmewatch, Apache-2.0\n";

const exported = [];
const seen = new Set();

function join(name) {
  if (seen.has(name)) return "";
  seen.add(name);
  const text = readFileSync(new URL(name, MODULES), "utf8");
  let code = "";
  for (const [, other] of text.matchAll(/^(?:import|export) .*from "\.\/(.+)";$/gm)) code += join(other);
  if (name === "index.js") {
    for (const [, names] of text.matchAll(/^export \{ ?(.*?) ?\} from/gm)) exported.push(...names.split(", ").filter(Boolean));
    return code;
  }
  return code + text.replace(/^(?:import .*|export \{.*\};|export .*from ".*";)\n/gm, "").replace(/^export /gm, "");
}

/** The members of what index.ts exports, which callers see, and of what is read from JSON (...Json). */
function publicNames() {
  const names = new Set();
  const index = readFileSync(new URL("src/index.ts", import.meta.url), "utf8");
  const types = new Set([...index.matchAll(/^export .*?\{(.*)\} from/gm)].flatMap(([, list]) => list.split(",").map((name) => name.replace("type", "").trim())));
  for (const name of seen) {
    const text = readFileSync(new URL(`src/${name.replace(/\.js$/, ".ts")}`, import.meta.url), "utf8");
    for (const node of ts.createSourceFile(name, text, ts.ScriptTarget.ES2015, true).statements) {
      if (!(ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node))) continue;
      if (!types.has(node.name.text) && !node.name.text.endsWith("Json")) continue;
      for (const member of node.members) {
        const flags = ts.getCombinedModifierFlags(member);
        if (member.name && !(flags & ts.ModifierFlags.Private)) names.add(member.name.text);
      }
    }
  }
  return names;
}

/** The names of properties that nothing outside of these sources has, wherever they stand. */
function ownNames() {
  const config = ts.readConfigFile(new URL("tsconfig.json", import.meta.url).pathname, ts.sys.readFile).config;
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, new URL(".", import.meta.url).pathname);
  const program = ts.createProgram(fileNames, options);
  const checker = program.getTypeChecker();
  const own = new Set();
  const foreign = new Set();
  // A name behind an index signature is that of a header, say.
  const isOurs = (symbol, name) => symbol?.name === name && symbol.declarations?.every((at) => fileNames.includes(at.getSourceFile().fileName));
  const symbolOf = (node) => {
    const { parent } = node;
    if (ts.isPropertyAssignment(parent) || ts.isShorthandPropertyAssignment(parent)) {
      const type = checker.getContextualType(parent.parent);
      return type ? checker.getPropertyOfType(checker.getNonNullableType(type), node.text) : checker.getSymbolAtLocation(node);
    }
    if (ts.isBindingElement(parent)) return checker.getPropertyOfType(checker.getTypeAtLocation(parent.parent), node.text);
    return checker.getSymbolAtLocation(node);
  };
  for (const name of fileNames) {
    eachToken(program.getSourceFile(name), (node) => {
      if (node.kind !== ts.SyntaxKind.Identifier || !(isProperty(node) || isShorthand(node))) return;
      (isOurs(symbolOf(node), node.text) ? own : foreign).add(node.text);
    });
  }
  return new Set([...own].filter((name) => !foreign.has(name)));
}

/** The bundle as TypeScript sees it. */
function programOf(code) {
  const name = "bundle.js";
  const options = { allowJs: true, noResolve: true, noLib: true, target: ts.ScriptTarget.ES2019 };
  const file = ts.createSourceFile(name, code, options.target, true, ts.ScriptKind.JS);
  if (file.parseDiagnostics.length > 0) throw new Error(ts.flattenDiagnosticMessageText(file.parseDiagnostics[0].messageText, "\n"));
  const host = { ...ts.createCompilerHost(options), getSourceFile: (asked) => (asked === name ? file : undefined) };
  return { file, checker: ts.createProgram([name], options, host).getTypeChecker() };
}

/** Calls `visit` for each token. */
function eachToken(node, visit) {
  const children = node.getChildren();
  if (children.length === 0) visit(node);
  else children.forEach((child) => eachToken(child, visit));
}

function isShorthand(node) {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === node;
  return ts.isBindingElement(parent) && ts.isObjectBindingPattern(parent.parent) && parent.name === node && !parent.propertyName;
}

function isProperty(node) {
  const { parent } = node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (ts.isPropertyAccessExpression(parent) || ts.isClassElement(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
}

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const PAIRS = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
const TAKEN = new Set(["do", "if", "in", "of", "as", "is", "wx", "tt"]);
const SHORT = PAIRS.filter((name) => !TAKEN.has(name));

/** Short names of properties: the most frequent ones have one letter. */
function shortProperties(file) {
  const count = new Map();
  const texts = new Set();
  eachToken(file, (node) => {
    if (ts.isStringLiteral(node)) texts.add(node.text);
    if (node.kind === ts.SyntaxKind.Identifier && (isProperty(node) || isShorthand(node))) count.set(node.text, (count.get(node.text) || 0) + 1);
  });
  const [seenOutside, own] = [publicNames(), ownNames()];
  const kept = (name) => texts.has(name) || seenOutside.has(name) || !own.has(name);
  const names = [...count.keys()].filter((name) => !kept(name)).sort((a, b) => count.get(b) - count.get(a));
  const free = [...LETTERS, ...SHORT].filter((name) => !count.has(name));
  return new Map(names.map((name, i) => [name, free[i]]));
}

/** Short names of variables, by their symbols: two letters at the top, one in functions, where no name hides another. */
function shortVariables(file, checker) {
  const scopes = new Map();
  const named = new Map();
  const scopeOf = (node) => {
    let at = node;
    while (at !== file && !ts.isFunctionLike(at)) at = at.parent;
    if (!scopes.has(at)) scopes.set(at, { size: 0, base: at === file ? 0 : undefined, at });
    return scopes.get(at);
  };
  const depth = (scope) => {
    if (scope.at === file) return 0;
    const outer = scopeOf(scope.at.parent);
    return depth(outer) + (outer.at === file ? 0 : outer.size);
  };
  const globals = new Set();
  const found = [];
  eachToken(file, (node) => {
    if (node.kind !== ts.SyntaxKind.Identifier || isProperty(node)) return;
    const symbol = variableAt(node, checker);
    const declaration = symbol?.valueDeclaration;
    if (!declaration || exported.includes(node.text)) return globals.add(node.text);
    if (named.has(symbol)) return;
    const isNamedOutside = ts.isFunctionDeclaration(declaration) || ts.isClassDeclaration(declaration);
    const scope = scopeOf(isNamedOutside ? declaration.parent : declaration);
    named.set(symbol, "");
    found.push({ symbol, scope, index: scope.size++ });
  });
  const free = (names) => names.filter((name) => !globals.has(name));
  const [top, inner] = [free(SHORT), free([...LETTERS, ...SHORT.slice(-99)])];
  for (const { symbol, scope, index } of found) named.set(symbol, scope.at === file ? top[index] : inner[depth(scope) + index]);
  return named;
}

function variableAt(node, checker) {
  return ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node);
}

function small(code) {
  const { file, checker } = programOf(code);
  const variables = shortVariables(file, checker);
  const properties = shortProperties(file);
  const variableOf = (node) => variables.get(variableAt(node, checker)) || node.text;
  const propertyOf = (node) => properties.get(node.text) || node.text;
  let text = "";
  eachToken(file, (node) => {
    let token = node.getText();
    if (token === "const") token = "let";
    if (node.kind === ts.SyntaxKind.Identifier)
      token = isShorthand(node) ? `${propertyOf(node)}:${variableOf(node)}` : isProperty(node) ? propertyOf(node) : variableOf(node);
    if ((/[\w$]$/.test(text) && /^[\w$]/.test(token)) || (/[+-]$/.test(text) && /^[+-]/.test(token))) text += " ";
    text += token;
  });
  return text.replace(/;}/g, "}");
}

/** NAME.mjs and NAME.cjs, which without require() is globalThis.GLOBAL. */
function write(name, global, text, names) {
  new Script(`(function () { ${text} })`);
  writeFileSync(new URL(`build/${name}.mjs`, import.meta.url), `${LICENSE}${text}\nexport { ${names.join(", ")} };\n`);
  const exports = names.map((one) => `exports.${one} = ${one};`).join(" ");
  writeFileSync(
    new URL(`build/${name}.cjs`, import.meta.url),
    `${LICENSE}(function (exports) {\n"use strict";\n${text}\n${exports}\n})(typeof exports === "object" ? exports : (globalThis.${global} = {}));\n`,
  );
}

write("gmewatch", "gmewatch", small(join("index.js")), exported);
write("gme", "gmewatchGme", join("gme.js"), ["gmeAdapter", "gmeGeneration"]);
