// What the tests in an engine of stubs share.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Text;
using System.Threading;
using Gmewatch;
using UnityEngine;
using UnityEngine.Networking;

/// <summary>What answers a request: with a status and a body.</summary>
public sealed class Server : IDisposable {
  public readonly string Url;
  public readonly List<string> Paths = new List<string>();
  public volatile string Authorization = "";
  public volatile int Status = 200;
  public volatile string Location;
  public readonly ManualResetEvent Open = new ManualResetEvent(true);
  private readonly HttpListener listener = new HttpListener();

  public Server() {
    var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
    probe.Start();
    Url = "http://127.0.0.1:" + ((IPEndPoint)probe.LocalEndpoint).Port;
    probe.Stop();
    listener.Prefixes.Add(Url + "/");
    listener.Start();
    new Thread(Serve) { IsBackground = true }.Start();
  }

  public int Requests { get { lock (Paths) return Paths.Count; } }

  private void Serve() {
    while (listener.IsListening) {
      try {
        Answer(listener.GetContext());
      } catch (Exception) {
        // The client has given the call up, or the listener has ended.
      }
    }
  }

  private void Answer(HttpListenerContext call) {
    call.Request.InputStream.CopyTo(Stream.Null);
    lock (Paths) Paths.Add(call.Request.Url.AbsolutePath + " " + call.Request.ContentType + " " + call.Request.Headers["Expect"]);
    Authorization = call.Request.Headers["Authorization"] ?? "";
    Open.WaitOne();
    call.Response.StatusCode = Status;
    if (Location != null) call.Response.Headers["Location"] = Location;
    byte[] body = Status == 200 ? new byte[] { 8, 1 } : Encoding.UTF8.GetBytes("<html>");
    call.Response.OutputStream.Write(body, 0, body.Length);
    call.Response.Close();
  }

  public void Dispose() {
    Open.Set();
    listener.Close();
  }
}

/// <summary>A game in the engine of stubs, with a server and a folder of its own.</summary>
public sealed class Game : IDisposable {
  public readonly Server Server = new Server();
  public readonly Check.Folder Folder = new Check.Folder();

  public Game() {
    Application.persistentDataPath = Folder.Path;
    Application.platform = RuntimePlatform.Android;
    Application.isMobilePlatform = true;
    Application.internetReachability = NetworkReachability.ReachableViaCarrierDataNetwork;
    Debug.Logged.Clear();
    Engine.Play();
  }

  public void Start(Action<GmeWatchOptions> change = null) {
    var options = new GmeWatchOptions {
      Url = Server.Url, App = "demo", Region = "eu", Key = "secret", Consent = GmeWatchConsent.Granted, FirstFlushMs = 10, FlushMs = 10,
      InitialBackoffMs = 10, MaxBackoffMs = 20,
    };
    if (change != null) change(options);
    GmeWatch.Start(options);
  }

  public string Spool { get { return Path.Combine(Folder.Path, "gmewatch.demo"); } }

  /// <summary>Frames until `reached`.</summary>
  public void Until(string what, Func<bool> reached) {
    DateTime end = DateTime.UtcNow.AddSeconds(30);
    while (!reached()) {
      if (DateTime.UtcNow > end) throw new Exception(what + " has not come: " + GmeWatch.Stats.LastError);
      Time.realtimeSinceStartup += 0.02f;
      Engine.Frame();
      Thread.Yield();
    }
  }

  public void Dispose() {
    Server.Open.Set();
    Engine.Quit();
    Server.Dispose();
    Folder.Dispose();
    Check.Equal(0, UnityWebRequest.Alive, "requests that were not disposed");
    Check.Equal(0, Engine.Objects.Count, "objects that outlive the play mode");
  }
}
